import {
  type DaemonEvent,
  healthWarning,
  type InstanceView,
  type LeaseView,
  type PeerView
} from '@unhosted/core/control'
import { bytes } from '@unhosted/core/units'
import { recordingOutput } from '@unhosted/terminal/testing'
import { describe, expect, it } from 'vitest'
import { createServeView } from './view.ts'

const peerId = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
const peer: PeerView = {
  peerId,
  name: 'attic',
  paired: true,
  radius: 'local',
  grants: null,
  state: 'connected',
  addresses: [],
  devices: [],
  models: [],
  engineVersion: null,
  cannotPool: null,
  link: null
}
const need = { weights: bytes(1), kv: bytes(1), compute: bytes(1), total: bytes(3) }
const place = { peerId, machine: 'desk', deviceId: 'CPU', deviceKind: 'cpu', need, budgetBytes: bytes(9) } as const
const instance: InstanceView = {
  modelId: 'a',
  modelName: 'tiny',
  state: 'loading',
  plan: {
    modelId: 'a',
    modelName: 'tiny',
    contextSize: 64,
    kind: 'solo',
    headPeerId: peerId,
    host: null,
    segments: [{ ...place, firstLayer: 0, layerCount: 12, output: true }],
    excluded: [],
    totalBytes: bytes(3)
  },
  activeRequests: 0,
  loadedAt: null,
  idleUnloadAt: null,
  leases: []
}
const lease: LeaseView = {
  id: 'l',
  direction: 'lent',
  peerId,
  peerName: 'attic',
  deviceId: 'CPU',
  bytes: 1024,
  modelName: 'tiny',
  tunnel: null,
  bytesSent: 0,
  bytesReceived: 0,
  since: 0
}
const engine = (state: 'building' | 'ready', done: number | null) =>
  ({
    event: 'engine',
    engine: {
      state,
      version: null,
      directory: null,
      source: null,
      buildProgress: done === null ? null : { done, total: 100 }
    }
  }) as const
const ready: DaemonEvent = {
  event: 'ready',
  endpoint: 'http://127.0.0.1:7777',
  peerId,
  name: 'desk',
  pid: 1,
  peerAddresses: []
}
const story: readonly DaemonEvent[] = [
  engine('building', 0),
  engine('building', 4),
  engine('building', 55),
  engine('ready', null),
  ready,
  { event: 'peer', peer: { ...peer, state: 'seen', paired: false, radius: null } },
  {
    event: 'pairing',
    pairing: {
      id: 'p',
      peerId,
      peerName: 'attic',
      initiatedHere: false,
      radius: 'local',
      digits: null,
      state: 'offered',
      error: null
    }
  },
  { event: 'peer', peer },
  { event: 'peer', peer },
  { event: 'instance', instance },
  { event: 'instance', instance: { ...instance, state: 'ready' } },
  { event: 'instance', instance: { ...instance, state: 'ready', activeRequests: 1 } },
  {
    event: 'request',
    path: '/v1/chat/completions',
    modelName: 'tiny',
    servedBy: 'desk',
    status: 200,
    durationMs: 12.4
  },
  { event: 'lease', lease },
  { event: 'lease', lease: { ...lease, direction: 'borrowed', id: 'b' } },
  { event: 'lease-gone', lease, reason: 'the borrower closed it' },
  { event: 'instance-gone', modelId: 'a', modelName: 'tiny', reason: 'idle for 15 min' },
  { event: 'warning', warning: healthWarning('no-network', {}) },
  { event: 'unpaired', peerId, name: 'attic' },
  { event: 'stopping' }
]

describe('serve', () => {
  it('prints plain lines where there is no terminal, none of them twice', () => {
    const output = recordingOutput()
    const view = createServeView(output)
    for (const event of story) view.onEvent(event)
    view.close()
    expect(output.printed()).toMatchInlineSnapshot(`
      "engine building, 0%
      engine building, 55%
      engine ready
      desk serves http://127.0.0.1:7777/v1
      machine 12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp

      peer attic (vnc6iDEp) seen, not paired
      attic wants to pair: run unhosted pair here
      peer attic (vnc6iDEp) connected
      model tiny loading on desk:CPU[0-11]
      model tiny ready on desk:CPU[0-11]
      request /v1/chat/completions tiny by desk: 200 in 12 ms
      lent   1.0 KiB of CPU to attic for tiny
      took back memory from attic: the borrower closed it
      tiny unloaded: idle for 15 min
      warning: This machine has no network.
        Connect it to the network of the other machines.
      attic is no longer paired
      Stopping...
      "
    `)
  })

  it('keeps no line for a stranger that is gone', () => {
    const output = recordingOutput({ live: true, columns: 100 })
    const view = createServeView(output)
    view.onEvent(ready)
    for (const state of ['seen', 'offline'] as const) {
      view.onEvent({ event: 'peer', peer: { ...peer, state, paired: false, radius: null } })
    }
    view.close()
    expect(output.printed().split('\u001b[J').at(-1)).toContain('none found yet')
  })

  it('prints events as lines with --json', () => {
    const output = recordingOutput({ json: true })
    const view = createServeView(output)
    for (const event of story) view.onEvent(event)
    view.close()
    const lines = output.printed().trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(story)
  })

  it('keeps one line for each model and peer on a terminal', () => {
    const output = recordingOutput({ live: true, columns: 100 })
    const view = createServeView(output)
    for (const event of story.slice(0, 12)) view.onEvent(event)
    view.close()
    const lastFrame = output.printed().split('\u001b[J').at(-1)
    expect(lastFrame).toMatchInlineSnapshot(`
      "model  tiny  ready  desk:CPU[0-11]  1 request
      peer   attic             connected  local  -  lends -  -
      "
    `)
  })
})
