import {
  type ControlAnswer,
  type ControlCallName,
  type ControlRequest,
  type DaemonEvent,
  type EngineView,
  healthWarning,
  type InstanceView,
  type LeaseView,
  type PairedPeerView,
  type PairingView,
  type PeerView
} from '@unhosted/core/control'
import type { Device } from '@unhosted/core/inventory'
import type { Plan } from '@unhosted/core/planner'
import { bytes } from '@unhosted/core/units'

/** A sound request (null where the call takes none) and a sound answer. */
type Samples = { readonly [N in ControlCallName]: readonly [ControlRequest<N>, ControlAnswer<N>] }

const peerId = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
const modelId = 'a'.repeat(64)
const device: Device = {
  id: 'CPU',
  kind: 'cpu',
  description: 'cpu',
  totalBytes: 9,
  freeBytes: 8,
  usableBytes: 7,
  lendableBytes: 6
}
const paired: PairedPeerView = { peerId, name: 'mini', radius: 'local' }
const grants = { infer: true, pool: false }
const warning = healthWarning('no-route', { reason: 'ENETUNREACH', interface: 'eth0' })
const link = { roundTripMs: 0.4, jitterMs: 0.1, bytesPerSecond: null, direct: true }
const pairing: PairingView = {
  id: 'p',
  peerId,
  peerName: 'mini',
  initiatedHere: true,
  radius: 'local',
  digits: '123456',
  state: 'failed',
  error: { code: 'PAIRING_TIMEOUT', message: 'Nobody confirmed.', advice: 'Start again.' }
}
const need = { weights: bytes(1), kv: bytes(1), compute: bytes(1), total: bytes(4) }
const plan: Plan = {
  modelId,
  modelName: 'tiny',
  contextSize: 64,
  kind: 'solo',
  headPeerId: peerId,
  host: { deviceId: 'CPU', need, budgetBytes: bytes(9) },
  segments: [
    {
      peerId,
      machine: 'desk',
      deviceId: 'CPU',
      deviceKind: 'cpu',
      need,
      budgetBytes: bytes(9),
      firstLayer: 0,
      layerCount: 12,
      output: true
    }
  ],
  excluded: [{ peerId, machine: 'mini', deviceId: null, reason: 'not-needed', explanation: 'It is not needed.' }],
  totalBytes: bytes(8)
}
const lease: LeaseView = {
  id: 'l',
  direction: 'lent',
  peerId,
  peerName: 'mini',
  deviceId: 'CPU',
  bytes: 3,
  modelName: 'tiny',
  tunnel: 'tls',
  bytesSent: 1,
  bytesReceived: 2,
  since: 5
}
const instance: InstanceView = {
  modelId,
  modelName: 'tiny',
  state: 'ready',
  plan,
  activeRequests: 0,
  loadedAt: 1,
  idleUnloadAt: null,
  leases: [lease]
}
const peer: PeerView = {
  peerId,
  name: 'mini',
  paired: true,
  radius: 'local',
  grants,
  state: 'connected',
  addresses: ['/ip4/10.0.0.1'],
  devices: [device],
  models: [{ id: modelId, names: ['tiny'], sizeBytes: 3, architecture: 'llama', loaded: false }],
  engineVersion: null,
  cannotPool: null,
  link
}
const engineView: EngineView = {
  state: 'building',
  version: null,
  directory: null,
  source: null,
  buildProgress: { done: 1, total: 2 }
}

/** One of each call. */
export const samples: Samples = {
  status: [
    null,
    {
      name: 'desk',
      peerId,
      version: '0.1.0',
      pid: 1,
      startedAt: 0,
      endpoint: 'http://127.0.0.1:7777',
      peerAddresses: [],
      engine: engineView,
      devices: [device],
      instances: [instance],
      leases: [lease],
      peersConnected: 1,
      peersPaired: 1,
      warnings: [warning]
    }
  ],
  peers: [null, { peers: [peer], warnings: [warning] }],
  servableModels: [
    null,
    [{ id: modelId, names: ['tiny'], sizeBytes: 3, holders: [{ peerId, machine: 'desk', loaded: true }] }]
  ],
  doctor: [null, [warning]],
  pendingPairings: [null, [pairing]],
  createInvite: [
    { radius: 'local', expiresInMs: 60_000 },
    { invite: 'unhosted://pair?x', radius: 'local', expiresAt: 60_000 }
  ],
  acceptInvite: [{ invite: 'unhosted://pair?x', radius: null }, paired],
  offerPairing: [{ peer: 'mini', address: null, radius: 'local' }, pairing],
  confirmPairing: [{ id: 'p', accept: true, radius: 'local' }, pairing],
  grant: [
    { peer: 'mini', infer: null, pool: true },
    { ...paired, grants }
  ],
  unpair: [{ peer: 'mini' }, paired],
  measureLink: [{ peer: 'mini' }, link],
  isModelLoaded: [{ modelId }, { loaded: true }],
  plan: [
    { model: 'tiny', contextSize: 64 },
    { result: { ok: true, plan }, loaded: false, devices: [{ peerId, machine: 'desk', device }] }
  ],
  stop: [null, { stopping: true }]
}

/** One of each kind. */
export const events: readonly DaemonEvent[] = [
  { event: 'ready', endpoint: 'http://127.0.0.1:7777', peerId, name: 'desk', pid: 1, peerAddresses: [] },
  { event: 'engine', engine: engineView },
  { event: 'peer', peer },
  { event: 'pairing', pairing },
  { event: 'unpaired', peerId, name: 'mini' },
  { event: 'instance', instance },
  { event: 'instance-gone', modelId, modelName: 'tiny', reason: 'idle' },
  { event: 'lease', lease },
  { event: 'lease-gone', lease, reason: 'closed' },
  { event: 'request', path: '/v1/models', modelName: 'tiny', servedBy: 'desk', status: 200, durationMs: 1.5 },
  { event: 'warning', warning },
  { event: 'stopping' }
]
