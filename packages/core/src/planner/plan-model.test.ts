import { describe, expect, it } from 'vitest'
import { bytes, GiB, MiB } from '../units.ts'
import type { PlanPeer } from './candidates.ts'
import { describePlan } from './describe-plan.ts'
import type { Exclusion, Plan } from './plan.ts'
import { planModel } from './plan-model.ts'
import type { PlanRequest } from './plan-request.ts'
import { inventDevice, inventLink, inventMachine, inventModel, inventPeer, inventRequest } from './testing/machines.ts'

const cpu = (size: number) => inventDevice('CPU', size)
const gpu = (size: number, id = 'CUDA0') => inventDevice(id, size)
const peer = (name: string, devices: Parameters<typeof inventMachine>[1], changes: Partial<PlanPeer> = {}) =>
  inventPeer(inventMachine(name, devices), changes)

function planOf(request: PlanRequest): Plan {
  const result = planModel(request)
  if (!result.ok) throw new Error(`no plan: ${JSON.stringify(result.shortfall)}`)
  return result.plan
}

/** The whole model needs about 1.3 GiB on one CPU; half of it about 0.75 GiB. */
const cases: readonly { id: string; head: ReturnType<typeof cpu>[]; peers: PlanPeer[]; plan: string }[] = [
  { id: 'solo on the CPU that holds it', head: [cpu(2 * GiB)], peers: [], plan: 'solo head:CPU[0-7]' },
  {
    id: 'solo on the GPU rather than the CPU',
    head: [cpu(8 * GiB), gpu(3 * GiB)],
    peers: [],
    plan: 'solo head:CUDA0[0-7]'
  },
  {
    id: 'one GPU rather than two',
    head: [cpu(8 * GiB), gpu(1 * GiB), gpu(3 * GiB, 'CUDA1')],
    peers: [],
    plan: 'solo head:CUDA1[0-7]'
  },
  {
    id: 'two GPUs before any CPU',
    head: [cpu(8 * GiB), gpu(1.2 * GiB), gpu(1.2 * GiB, 'CUDA1')],
    peers: [],
    plan: 'solo head:CUDA0[0-3] head:CUDA1[4-7]'
  },
  {
    id: 'own GPU and CPU before a remote GPU',
    head: [cpu(8 * GiB), gpu(1 * GiB)],
    peers: [peer('box', [gpu(8 * GiB)])],
    plan: 'solo head:CPU[0-3] head:CUDA0[4-7]'
  },
  {
    id: 'one remote machine where one is enough',
    head: [cpu(0.8 * GiB)],
    peers: [peer('a', [cpu(0.3 * GiB)]), peer('b', [cpu(1 * GiB)])],
    plan: 'pool head:CPU[0-2] b:CPU[3-7]'
  },
  {
    id: 'the nearer of two equals',
    head: [cpu(0.8 * GiB)],
    peers: [peer('a', [cpu(1 * GiB)], { link: inventLink(4) }), peer('b', [cpu(1 * GiB)], { link: inventLink(0.3) })],
    plan: 'pool head:CPU[0-2] b:CPU[3-7]'
  },
  {
    id: 'an own machine before a nearer friend',
    head: [cpu(0.8 * GiB)],
    peers: [
      peer('friend', [cpu(1 * GiB)], { link: inventLink(0.1), radius: 'trusted' }),
      peer('own', [cpu(1 * GiB)], { link: inventLink(4) })
    ],
    plan: 'pool head:CPU[0-2] own:CPU[3-7]'
  },
  {
    id: 'a remote GPU rather than a nearer remote CPU',
    head: [cpu(0.8 * GiB)],
    peers: [peer('a', [cpu(2 * GiB)], { link: inventLink(0.3) }), peer('b', [gpu(4 * GiB)], { link: inventLink(0.6) })],
    plan: 'pool b:CUDA0[0-7]'
  },
  {
    id: "the head's GPU last, so that logits stay here",
    head: [cpu(0.4 * GiB), gpu(1.2 * GiB)],
    peers: [peer('b', [gpu(1.2 * GiB)])],
    plan: 'pool b:CUDA0[0-3] head:CUDA0[4-7]'
  },
  {
    id: 'over three machines, the nearest last',
    head: [cpu(0.6 * GiB)],
    peers: [
      peer('a', [cpu(0.6 * GiB)], { link: inventLink(0.3) }),
      peer('b', [cpu(0.6 * GiB)], { link: inventLink(2) })
    ],
    plan: 'pool head:CPU[0-1] b:CPU[2-4] a:CPU[5-7]'
  }
]

describe('planModel', () => {
  it.each(cases)('chooses $id', ({ head, peers, plan }) => {
    expect(describePlan(planOf(inventRequest({ head: inventMachine('head', head), peers })))).toBe(plan)
  })

  it('reserves on the CPU what stays there although all layers are elsewhere', () => {
    const plan = planOf(inventRequest({ head: inventMachine('head', [cpu(8 * GiB), gpu(3 * GiB)]) }))
    expect(plan.host?.deviceId).toBe('CPU')
    expect(plan.host?.need.weights).toBe(100 * MiB)
    expect(plan.totalBytes).toBe((plan.host?.need.total ?? 0) + (plan.segments[0]?.need.total ?? 0))
  })

  it('counts a tied embedding table once where it is in memory once', () => {
    const model = inventModel({ fileBytes: 900 * MiB })
    expect(planOf(inventRequest({ model })).segments[0]?.need.weights).toBe(900 * MiB)
  })

  it('keeps a budget that leaves no room beside the embedding table from being planned on', () => {
    const head = inventMachine('head', [cpu(100 * MiB), gpu(8 * GiB)])
    expect(planModel(inventRequest({ head })).ok).toBe(false)
  })

  it('gives no device a layer that is larger than its room, where the device before it could take more', () => {
    const layerBytes = [114, 150, 83, 170, 68, 20, 80].map((size) => size * MiB)
    const plan = planOf(
      inventRequest({
        model: inventModel({ layerBytes, embeddingBytes: 0, outputBytes: 0 }),
        contextSize: 2048,
        head: inventMachine('head', [cpu(487 * MiB), gpu(477 * MiB), gpu(785 * MiB, 'CUDA1')])
      })
    )
    for (const { need, budgetBytes } of plan.segments) expect(need.total).toBeLessThanOrEqual(budgetBytes)
    expect(plan.segments.map(({ layerCount }) => layerCount)).toHaveLength(3)
  })

  it('follows uneven layers', () => {
    const model = inventModel({ layerBytes: [700, 10, 10, 10, 10, 10, 10, 700].map((size) => size * MiB) })
    const head = inventMachine('head', [cpu(1.2 * GiB)])
    const plan = planOf(inventRequest({ model, head, peers: [peer('a', [cpu(1.2 * GiB)])] }))
    expect(plan.segments).toHaveLength(2)
    for (const { need, budgetBytes } of plan.segments) expect(need.total).toBeLessThanOrEqual(budgetBytes)
  })
})

const exclusionCases: readonly {
  id: string
  peers: PlanPeer[]
  head?: ReturnType<typeof inventMachine>
  expected: Partial<Exclusion>
}[] = [
  {
    id: 'offline',
    peers: [peer('a', [cpu(GiB)], { offline: true })],
    expected: { reason: 'offline', deviceId: null, explanation: 'a is offline.' }
  },
  {
    id: 'no-grant',
    peers: [peer('a', [cpu(GiB)], { mayPool: false })],
    expected: { reason: 'no-grant', explanation: 'a has not granted memory to this machine.' }
  },
  {
    id: 'recently-lost',
    peers: [peer('a', [cpu(GiB)], { recentlyLost: true })],
    expected: { reason: 'recently-lost', explanation: 'a disconnected a moment ago and is left out for now.' }
  },
  {
    id: 'engine-version',
    peers: [inventPeer(inventMachine('a', [cpu(GiB)], { engineVersion: 'llama.cpp/0 rpc/6.0.0' }))],
    expected: {
      reason: 'engine-version',
      explanation:
        'a runs engine llama.cpp/0 rpc/6.0.0 and this machine llama.cpp/1 rpc/7.0.0; a pool needs the same version.'
    }
  },
  {
    id: 'no-engine',
    peers: [inventPeer(inventMachine('a', [cpu(GiB)], { engineVersion: null }))],
    expected: { reason: 'no-engine', explanation: 'a has no engine yet.' }
  },
  {
    id: 'nothing-lent by a machine',
    peers: [peer('a', [inventDevice('CPU', GiB, { lendableBytes: 0 })])],
    expected: { reason: 'nothing-lent', deviceId: null, explanation: 'a has nothing left to lend.' }
  },
  {
    id: 'nothing-lent of a device',
    head: inventMachine('head', [cpu(0.8 * GiB)]),
    peers: [peer('a', [gpu(4 * GiB), inventDevice('CPU', GiB, { lendableBytes: 0 })])],
    expected: { reason: 'nothing-lent', deviceId: 'CPU', explanation: 'a does not lend its CPU.' }
  },
  {
    id: 'too-small',
    peers: [peer('a', [cpu(20 * MiB)])],
    expected: { reason: 'too-small', deviceId: 'CPU', explanation: "a's CPU has too little memory for one layer." }
  },
  {
    id: 'not-needed beside a solo plan',
    peers: [peer('a', [cpu(8 * GiB)])],
    expected: { reason: 'not-needed', deviceId: null, explanation: 'This machine can hold the model without a.' }
  },
  {
    id: 'not-needed: the CPU behind a GPU',
    peers: [],
    head: inventMachine('head', [cpu(8 * GiB), gpu(8 * GiB)]),
    expected: {
      reason: 'not-needed',
      deviceId: 'CPU',
      explanation: 'Faster devices hold all layers; the CPU keeps only the embedding table.'
    }
  },
  {
    id: 'slower-link',
    head: inventMachine('head', [cpu(0.8 * GiB)]),
    peers: [peer('near', [cpu(GiB)]), peer('far', [cpu(GiB)], { link: inventLink(12) })],
    expected: {
      machine: 'far',
      reason: 'slower-link',
      explanation: 'far is 12.0 ms away; closer machines can hold the model.'
    }
  }
]

describe('exclusions', () => {
  it.each(exclusionCases)('explains $id', ({ peers, head, expected }) => {
    const plan = planOf(inventRequest({ peers, ...(head === undefined ? {} : { head }) }))
    expect(plan.excluded).toContainEqual(expect.objectContaining(expected))
  })
})

describe('describePlan', () => {
  it('is safe in a header whatever a machine calls itself', () => {
    const hostile = 'a\r\nx-evil: 1 [0-3] "ü" 机器'
    const plan = { ...planOf(inventRequest()) }
    const [segment] = plan.segments
    if (segment === undefined) throw new Error('no segment')
    const line = describePlan({
      ...plan,
      segments: [
        { ...segment, machine: hostile },
        { ...segment, machine: '机' }
      ]
    })
    expect(line).toBe('solo a-x-evil-1-0-3:CPU[0-7] unnamed:CPU[0-7]')
    expect(bytes(line.length)).toBeLessThan(200)
  })
})
