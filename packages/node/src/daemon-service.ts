import type { DaemonEvent, DaemonStatus, EngineView, HealthWarning, PeersReport } from '@unhosted/core/control'
import type { Inventory } from '@unhosted/core/inventory'
import type { ControlService } from './control/index.ts'
import type { ModelStore } from './models/index.ts'
import { findPeer, type Peering } from './p2p/index.ts'
import type { LeaseClient, LeaseServer } from './pool/index.ts'
import type { Instances } from './router/instances.ts'
import type { Machines } from './router/machines.ts'
import type { Planning } from './router/planning.ts'
import type { Dispatcher } from './router/types.ts'

/** All that the owner's API reaches. */
export interface DaemonParts {
  readonly name: string
  readonly version: string
  /** Unix time, ms. */
  readonly startedAt: number
  readonly endpoint: () => string
  readonly peering: Peering
  readonly machines: Machines
  readonly store: ModelStore
  readonly instances: Instances
  readonly dispatcher: Dispatcher
  readonly planning: Planning
  readonly leaseClient: LeaseClient
  readonly leaseServer: LeaseServer
  readonly engine: () => EngineView
  readonly inventory: (signal: AbortSignal) => Promise<Inventory>
  readonly warnings: () => readonly HealthWarning[]
  readonly subscribe: (listener: (event: DaemonEvent) => void) => () => void
  readonly stop: () => void
}

/** What the daemon does for its owner; see ControlService. */
export function createDaemonService(parts: DaemonParts): ControlService {
  const { peering, machines, planning, store } = parts
  const { host, pairing } = peering
  return {
    status: () => status(parts),
    async peers({ signal }) {
      await askConnectedPeers(parts, signal)
      return peersReport(parts)
    },
    createInvite: (request) => pairing.createInvite(request),
    acceptInvite: (request, options) => pairing.acceptInvite(request, options),
    offerPairing: (request, options) => pairing.offer(request, options),
    pendingPairings: async () => pairing.pending(),
    confirmPairing: (request) => pairing.confirm(request),
    unpair: (peer) => pairing.unpair(peer),
    measureLink: (peer, options) => host.measure(findPeer(peer, host.peers()).peerId, options),
    servableModels: () => parts.dispatcher.models(),
    isModelLoaded: (modelId) => parts.instances.uses(modelId),
    async plan({ model, contextSize }, { signal }) {
      const stored = await store.find(model)
      await askConnectedPeers(parts, signal)
      const result = await planning.plan(stored, { without: new Set(), contextSize, signal })
      const own = await parts.inventory(signal)
      const inventories = [own, ...machines.planPeers().map(({ inventory }) => inventory)]
      const devices = inventories.flatMap(({ peerId, name, devices }) =>
        devices.map((device) => ({ peerId, machine: name, device }))
      )
      return { result, devices }
    },
    doctor: async () => parts.warnings(),
    subscribe: parts.subscribe,
    stop: async () => parts.stop()
  }
}

async function status(parts: DaemonParts): Promise<DaemonStatus> {
  const { host } = parts.peering
  const presences = host.peers()
  const inventory = await parts.inventory(AbortSignal.timeout(5000))
  return {
    name: parts.name,
    peerId: host.peerId,
    version: parts.version,
    pid: process.pid,
    startedAt: parts.startedAt,
    endpoint: parts.endpoint(),
    peerAddresses: host.addresses(),
    engine: parts.engine(),
    devices: inventory.devices,
    instances: parts.instances.views(),
    leases: [...parts.leaseServer.leases(), ...parts.leaseClient.leases()],
    peersConnected: presences.filter(({ state }) => state === 'connected').length,
    peersPaired: presences.filter(({ record }) => record !== null).length,
    warnings: parts.warnings()
  }
}

function peersReport(parts: DaemonParts): PeersReport {
  return { peers: parts.machines.views(), warnings: parts.peering.explainDiscovery() }
}

/** What is lent changes by the second: a plan or a report asks anew, and takes what was last told where a peer is slow. */
export async function askConnectedPeers(parts: Pick<DaemonParts, 'peering'>, signal: AbortSignal): Promise<void> {
  const { host } = parts.peering
  const connected = host.peers().filter(({ state }) => state === 'connected')
  const limited = AbortSignal.any([signal, AbortSignal.timeout(1000)])
  await Promise.allSettled(connected.map(({ peerId }) => host.inventories.refresh(peerId, { signal: limited })))
}
