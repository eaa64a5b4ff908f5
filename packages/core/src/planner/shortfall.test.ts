import { describe, expect, it } from 'vitest'
import { GiB, MiB } from '../units.ts'
import type { Shortfall } from './plan.ts'
import { planModel } from './plan-model.ts'
import type { PlanRequest } from './plan-request.ts'
import { inventDevice, inventMachine, inventModel, inventPeer, inventRequest } from './testing/machines.ts'

const cpu = (size: number, changes: Parameters<typeof inventDevice>[2] = {}) => inventDevice('CPU', size, changes)

function shortfallOf(request: Partial<PlanRequest>): Shortfall {
  const result = planModel(inventRequest(request))
  if (result.ok) throw new Error('there is a plan')
  return result.shortfall
}

describe('a shortfall', () => {
  it('adds up', () => {
    const { neededBytes, availableBytes, missingBytes } = shortfallOf({
      head: inventMachine('head', [cpu(0.5 * GiB)]),
      peers: [inventPeer(inventMachine('a', [cpu(0.25 * GiB)]))]
    })
    expect(availableBytes).toBe(0.75 * GiB)
    expect(missingBytes).toBeGreaterThan(0.3 * GiB)
    expect(missingBytes).toBeLessThan(0.8 * GiB)
    expect(neededBytes).toBe(availableBytes + missingBytes)
  })

  it('is what a machine would have to have more, to the byte', () => {
    const withCpu = (size: number) => inventRequest({ head: inventMachine('head', [cpu(size)]) })
    const { missingBytes } = shortfallOf(withCpu(GiB))
    expect(planModel(withCpu(GiB + missingBytes)).ok).toBe(true)
    expect(planModel(withCpu(GiB + missingBytes - 1)).ok).toBe(false)
  })

  it('says who is left out and why', () => {
    const { excluded } = shortfallOf({
      head: inventMachine('head', [cpu(0.5 * GiB)]),
      peers: [
        inventPeer(inventMachine('asleep', [cpu(8 * GiB)]), { offline: true }),
        inventPeer(inventMachine('tiny', [cpu(10 * MiB)]))
      ]
    })
    expect(excluded.map(({ machine, reason }) => [machine, reason])).toEqual([
      ['asleep', 'offline'],
      ['tiny', 'too-small']
    ])
  })

  it('is all of it where a head has no devices', () => {
    const { missingBytes, availableBytes } = shortfallOf({ head: inventMachine('head', []) })
    expect(availableBytes).toBe(0)
    expect(missingBytes).toBeGreaterThan(GiB)
  })
})

const remedies: readonly { id: string; request: Partial<PlanRequest>; advice: RegExp }[] = [
  {
    id: 'the largest context that fits',
    request: { head: inventMachine('head', [cpu(1.3 * GiB)]), contextSize: 8192 },
    advice: /^Use a smaller context: the model fits with --ctx \d+\.$/
  },
  {
    id: 'more lending, on the machine that can',
    request: {
      head: inventMachine('head', [cpu(0.5 * GiB)]),
      peers: [
        inventPeer(inventMachine('mean', [cpu(0.3 * GiB)])),
        inventPeer(inventMachine('mini', [cpu(2 * GiB, { lendableBytes: 0.3 * GiB })]))
      ]
    },
    advice: /^Raise --lend-memory on mini: the model fits if it lends \d+MiB more of its CPU\.$/
  },
  {
    id: 'more memory for the daemon, where there is some',
    request: { head: inventMachine('head', [cpu(1 * GiB, { freeBytes: 4 * GiB })]) },
    advice: /^Raise --memory on this machine: the model fits if it may use \d+MiB more of its CPU\.$/
  },
  {
    id: 'a smaller quantisation, by its size',
    request: {
      model: inventModel({ parameterCount: 980_000_000 }),
      head: inventMachine('head', [cpu(0.9 * GiB)])
    },
    advice: /^Use a smaller quantisation: a Q5_K_M file of this model, about \d+ MiB, fits\.$/
  },
  {
    id: 'one more machine',
    request: { head: inventMachine('head', [cpu(0.5 * GiB)]) },
    advice: /^Pair another machine: the model fits if it lends \d+MiB\.$/
  }
]

describe('remedies', () => {
  it.each(remedies)('name $id', ({ request, advice }) => {
    expect(shortfallOf(request).remedies).toContainEqual(expect.stringMatching(advice))
  })

  it('are none that do not help', () => {
    const model = inventModel({ parameterCount: 8_000_000_000 })
    expect(shortfallOf({ model, head: inventMachine('head', [], { engineVersion: null }) }).remedies).toEqual([])
  })
})
