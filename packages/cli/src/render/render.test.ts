import { type DaemonStatus, healthWarning, type PeerView } from '@unhosted/core/control'
import { BaseError } from '@unhosted/core/errors'
import type { Device } from '@unhosted/core/inventory'
import type { Plan, Segment } from '@unhosted/core/planner'
import { bytes, GiB, MiB } from '@unhosted/core/units'
import { renderBar } from '@unhosted/terminal'
import { noColours } from '@unhosted/terminal/testing'
import { describe, expect, it } from 'vitest'
import { renderError } from '../command/report-error.ts'
import { renderDigits, renderInvite } from '../commands/pair/render.ts'
import { renderPeers } from '../commands/peers/handler.ts'
import { shortfallError } from '../commands/plan/shortfall.ts'
import { renderStatus } from '../commands/status/handler.ts'
import { renderAge, renderLink } from './facts.ts'
import { renderPlan } from './plan.ts'

const peerId = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'

function device(changes: Partial<Device> = {}): Device {
  const amount = 8 * GiB
  return {
    id: 'CPU',
    kind: 'cpu',
    description: 'Some CPU',
    totalBytes: 2 * amount,
    freeBytes: amount,
    usableBytes: amount,
    lendableBytes: amount / 2,
    ...changes
  }
}

function peer(changes: Partial<PeerView> = {}): PeerView {
  return {
    peerId,
    name: 'attic',
    paired: true,
    radius: 'local',
    grants: { infer: true, pool: true },
    state: 'connected',
    addresses: [],
    devices: [device()],
    models: [],
    engineVersion: 'llama.cpp/v0.5.0 rpc/7.0.0',
    cannotPool: null,
    link: { roundTripMs: 0.42, jitterMs: 0.1, bytesPerSecond: 98e6, direct: true },
    ...changes
  }
}

function segment(changes: Partial<Segment> = {}): Segment {
  const part = bytes(10 * MiB)
  return {
    peerId,
    machine: 'desk',
    deviceId: 'CPU',
    deviceKind: 'cpu',
    firstLayer: 0,
    layerCount: 6,
    output: false,
    need: { weights: part, kv: part, compute: part, total: bytes(30 * MiB) },
    budgetBytes: bytes(40 * MiB),
    ...changes
  }
}

function plan(changes: Partial<Plan> = {}): Plan {
  return {
    modelId: 'a'.repeat(64),
    modelName: 'tiny',
    contextSize: 2048,
    kind: 'pool',
    headPeerId: peerId,
    host: null,
    segments: [segment(), segment({ peerId: 'other', machine: 'attic', firstLayer: 6, output: true })],
    excluded: [],
    totalBytes: bytes(60 * MiB),
    ...changes
  }
}

describe('peers', () => {
  it('shows paired and seen machines, what keeps one out of pools, and how to pair', () => {
    const seen = peer({
      name: 'new',
      paired: false,
      radius: null,
      grants: null,
      state: 'seen',
      devices: [],
      engineVersion: null,
      link: null
    })
    const other = peer({
      name: 'cellar',
      engineVersion: 'llama.cpp/v0.4.0 rpc/6.0.0',
      cannotPool: 'It runs another engine.'
    })
    expect(renderPeers({ peers: [peer(), other, seen], warnings: [] }, noColours)).toMatchInlineSnapshot(`
      "NAME    ID        RADIUS      STATE      DEVICES    LENDS  ENGINE                      LINK
      attic   vnc6iDEp  local       connected  CPU      4.0 GiB  llama.cpp/v0.5.0 rpc/7.0.0  0.4 ms, 98 MB/s
      cellar  vnc6iDEp  local       connected  CPU      4.0 GiB  llama.cpp/v0.4.0 rpc/6.0.0  0.4 ms, 98 MB/s
      new     vnc6iDEp  not paired  seen       -              -  -                           -

      cellar cannot pool: It runs another engine.

      Pair a machine with: unhosted pair NAME"
    `)
  })

  it('says why nothing is found', () => {
    expect(renderPeers({ peers: [], warnings: [healthWarning('no-network', {})] }, noColours)).toMatchInlineSnapshot(`
      "No other machine found.

      warning: This machine has no network.
        Connect it to the network of the other machines."
    `)
  })

  it('lets no name move the cursor', () => {
    const text = renderPeers({ peers: [peer({ name: 'a\u001b[2Jb', cannotPool: 'x\ny' })], warnings: [] }, noColours)
    expect(text).not.toContain('\u001b')
    expect(text).toContain('x\ufffdy')
  })
})

describe('status', () => {
  it('shows machine, devices, models, leases and warnings', () => {
    const status: DaemonStatus = {
      name: 'desk',
      peerId,
      version: '0.1.0',
      pid: 42,
      startedAt: 0,
      endpoint: 'http://127.0.0.1:7777',
      peerAddresses: [],
      engine: {
        state: 'ready',
        version: 'llama.cpp/v0.5.0 rpc/7.0.0',
        directory: '/e',
        source: 'cache',
        buildProgress: null
      },
      devices: [device()],
      instances: [
        {
          modelId: 'a'.repeat(64),
          modelName: 'tiny',
          state: 'ready',
          plan: plan(),
          activeRequests: 1,
          loadedAt: 0,
          idleUnloadAt: null,
          leases: []
        }
      ],
      leases: [
        {
          id: 'l',
          direction: 'borrowed',
          peerId,
          peerName: 'attic',
          deviceId: 'CPU',
          bytes: 30 * MiB,
          modelName: 'tiny',
          tunnel: 'tls',
          bytesSent: 2 * MiB,
          bytesReceived: 100,
          since: 0
        }
      ],
      peersConnected: 1,
      peersPaired: 2,
      warnings: [healthWarning('engine-missing', {})]
    }
    expect(renderStatus(status, noColours, 3_720_000)).toMatchInlineSnapshot(`
      "machine   desk  12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp
      endpoint  http://127.0.0.1:7777/v1
      engine    llama.cpp/v0.5.0 rpc/7.0.0
      peers     1 of 2 paired machines connected
      up for    1 h 2 min  pid 42, version 0.1.0

      DEVICE  IS           TOTAL     FREE   USABLE  LENDABLE
      CPU     Some CPU  16.0 GiB  8.0 GiB  8.0 GiB   4.0 GiB

      MODELS
      tiny  ready  desk:CPU[0-5] attic:CPU[6-11]  1 request

      MEMORY         PEER   DEVICE     BYTES  MODEL     SENT  RECEIVED
      borrowed from  attic  CPU     30.0 MiB  tiny   2.0 MiB     100 B

      error: There is no engine: this machine can hold no layers and answer no requests itself.
        Run unhosted engine build; it says what is missing."
    `)
  })
})

describe('plan', () => {
  it('draws devices, layers, memory, and why others are not used', () => {
    const excluded = [
      { peerId, machine: 'cellar', deviceId: null, reason: 'offline', explanation: 'cellar is offline.' }
    ] as const
    expect(renderPlan(plan({ excluded }), noColours)).toMatchInlineSnapshot(`
      "tiny at 2048 tokens: pooled over 2 machines, 60.0 MiB in total

      MACHINE  DEVICE  LAYERS            NEEDS        OF
      desk     CPU     0-5            30.0 MiB  40.0 MiB  ███████████████░░░░░ 75%
      attic    CPU     6-11 + output  30.0 MiB  40.0 MiB  ███████████████░░░░░ 75%

      Not used
        cellar: cellar is offline."
    `)
  })

  it('shows what stays on the head where all layers are elsewhere', () => {
    const { need, budgetBytes } = segment()
    const host = { deviceId: 'CPU', need, budgetBytes }
    const remote = segment({ peerId: 'other', machine: 'attic', layerCount: 12, output: true })
    const text = renderPlan(plan({ host, segments: [remote] }), noColours)
    expect(text).toContain('embeddings')
    expect(text).toContain('pooled over 2 machines')
  })

  it('says how much is missing and what would help', () => {
    const { message, advice } = shortfallError('big', {
      neededBytes: bytes(12 * GiB),
      availableBytes: bytes(8 * GiB),
      missingBytes: bytes(4 * GiB),
      remedies: ['Use a smaller context: the model fits with --ctx 1024.'],
      excluded: []
    })
    expect(message).toBe('big does not fit: 4.0 GiB are missing (it needs 12.0 GiB, 8.0 GiB are available).')
    expect(advice).toContain('--ctx 1024')
  })
})

describe('pairing', () => {
  it('draws digits large and once more as text', () => {
    expect(renderDigits('012789', noColours)).toMatchInlineSnapshot(`
      "
          ███   █   ███      ███  ███  ███
          █ █  ██     █        █  █ █  █ █
          █ █   █   ███        █  ███  ███
          █ █   █   █          █  █ █    █
          ███  ███  ███        █  ███  ███

          012 789
      "
    `)
  })

  it.each([
    { id: 'on a terminal', qr: true },
    { id: 'in a pipe', qr: false }
  ])('prints an invite $id', ({ qr }) => {
    const invite = { invite: 'unhosted://pair?x=1', radius: 'trusted', expiresAt: 600_000 } as const
    const text = renderInvite(invite, { now: 0, qr, colours: noColours })
    expect(text).toContain("unhosted pair 'unhosted://pair?x=1'")
    expect(text).toContain('within 10 min')
    expect(text).toContain('requests only')
    expect(text.includes('▄')).toBe(qr)
  })
})

describe('small things', () => {
  it.each([
    { id: 'nothing', ms: 0, text: '0 s' },
    { id: 'a clock that ran back', ms: -5, text: '0 s' },
    { id: 'seconds', ms: 59_999, text: '59 s' },
    { id: 'minutes', ms: 61_000, text: '1 min' },
    { id: 'hours', ms: 7_260_000, text: '2 h 1 min' },
    { id: 'days', ms: 2 * 864e5, text: '2 d' }
  ])('age: $id', ({ ms, text }) => expect(renderAge(ms)).toBe(text))

  it.each([
    { id: 'empty', fraction: 0, bar: '░░░░' },
    { id: 'hardly anything', fraction: 0.001, bar: '█░░░' },
    { id: 'half', fraction: 0.5, bar: '██░░' },
    { id: 'full', fraction: 1, bar: '████' },
    { id: 'too much', fraction: 3, bar: '████' }
  ])('bar: $id', ({ fraction, bar }) => expect(renderBar(fraction, 4)).toBe(bar))

  it.each([
    { id: 'none', link: null, text: '-' },
    { id: 'not measured', link: { roundTripMs: 12.6, jitterMs: 0, bytesPerSecond: null, direct: true }, text: '13 ms' },
    {
      id: 'relayed',
      link: { roundTripMs: 80, jitterMs: 0, bytesPerSecond: 2.5e6, direct: false },
      text: '80 ms, 2.5 MB/s, relayed'
    }
  ])('link: $id', ({ link, text }) => expect(renderLink(link)).toBe(text))

  it('errors: the code, what happened, what to do, and with --verbose the causes', () => {
    const error = new BaseError('PEER_UNKNOWN', 'No peer "x\u001b[2J".', {
      advice: 'List peers.',
      cause: new Error('deep')
    })
    const style = { colours: noColours, verbose: false, columns: Number.POSITIVE_INFINITY }
    expect(renderError(error, style)).toBe('error[PEER_UNKNOWN]: No peer "x[2J".\n  List peers.')
    expect(renderError(error, { ...style, verbose: true })).toMatch(/Error: deep/)
  })
})
