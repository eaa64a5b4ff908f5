import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deviceSchema } from '../facts/inventory/schema.ts'
import { bytes, GiB, type MemoryLimit } from '../units.ts'
import {
  type BareDevice,
  budgetDevices,
  deviceLimits,
  type MemoryPolicy,
  sharesMainMemory,
  withoutTwins
} from './device-budget.ts'

const device = (id: string, total: number, free = total, description = id): BareDevice => ({
  id,
  kind: id === 'CPU' ? 'cpu' : 'gpu',
  description,
  totalBytes: total * GiB,
  freeBytes: free * GiB
})
const share = (fraction: number): MemoryLimit => ({ fraction })
const amount = (gibibytes: number): MemoryLimit => ({ bytes: bytes(gibibytes * GiB) })
const nothing = () => ({ own: 0, lent: 0 })

/** Usable and lendable GiB of each device. */
function budgets(
  devices: readonly BareDevice[],
  memory: MemoryLimit,
  lendMemory: MemoryLimit,
  reserved: { own: number; lent: number } = { own: 0, lent: 0 }
): readonly (readonly [number, number])[] {
  const held = () => ({ own: reserved.own * GiB, lent: reserved.lent * GiB })
  return budgetDevices(devices, { memory, lendMemory }, held).map(({ usableBytes, lendableBytes }) => [
    usableBytes / GiB,
    lendableBytes / GiB
  ])
}

const cases: readonly { id: string; actual: () => unknown; expected: unknown }[] = [
  {
    id: 'a share of each device',
    actual: () => budgets([device('CPU', 16)], share(0.5), share(0.5)),
    expected: [[8, 4]]
  },
  {
    id: 'an amount of each device',
    actual: () => budgets([device('CUDA0', 8), device('CPU', 64)], amount(12), amount(2)),
    expected: [
      [8, 2],
      [12, 2]
    ]
  },
  { id: 'lending nothing', actual: () => budgets([device('CPU', 16)], share(1), amount(0)), expected: [[16, 0]] },
  {
    id: 'no more than is free',
    actual: () => budgets([device('CPU', 16, 3)], share(1), share(0.5)),
    expected: [[3, 3]]
  },
  {
    id: 'less what is reserved for itself',
    actual: () => budgets([device('CPU', 16)], share(0.5), amount(4), { own: 6, lent: 0 }),
    expected: [[2, 2]]
  },
  {
    id: 'less what is lent, once for the daemon and once for lending',
    actual: () => budgets([device('CPU', 16)], share(0.5), amount(4), { own: 0, lent: 3 }),
    expected: [[5, 1]]
  },
  {
    id: 'nothing below nothing, where more is held than a new limit allows',
    actual: () => budgets([device('CPU', 16)], amount(2), amount(1), { own: 4, lent: 2 }),
    expected: [[0, 0]]
  },
  {
    id: "a Mac's memory once",
    actual: () => budgets([device('Metal', 12, 12), device('CPU', 16)], share(0.5), share(0)),
    expected: [
      [6, 0],
      [2, 0]
    ]
  },
  {
    id: "a Mac's memory once, where the limit is all of it on either side",
    actual: () => budgets([device('Metal', 12), device('CPU', 16)], amount(8), share(0)),
    expected: [
      [7, 0],
      [1, 0]
    ]
  }
]

describe('budgetDevices gives', () => {
  it.each(cases)('$id', ({ actual, expected }) => {
    expect(actual()).toEqual(expected)
  })

  it('devices that the inventory takes, never more than the owner allows nor than there is', () => {
    const limits = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }).map((fraction) => ({ fraction })),
      fc.nat({ max: 40 }).map((size) => amount(size))
    )
    const sizes = fc.tuple(fc.nat({ max: 64 }), fc.nat({ max: 64 }))
    const machines = fc.record({ cpu: sizes, gpu: sizes, unified: fc.boolean() })
    const held = fc.record({ own: fc.nat({ max: 20 }), lent: fc.nat({ max: 20 }) })
    fc.assert(
      fc.property(machines, limits, limits, held, ({ cpu, gpu, unified }, memory, lendMemory, reserved) => {
        const bare = [
          device(unified ? 'Metal' : 'CUDA0', gpu[0], Math.min(...gpu)),
          device('CPU', cpu[0], Math.min(...cpu))
        ]
        const policy: MemoryPolicy = { memory, lendMemory }
        const limit = deviceLimits(bare, policy)
        const held = { own: reserved.own * GiB, lent: reserved.lent * GiB }
        const devices = budgetDevices(bare, policy, () => held)
        for (const each of devices) {
          expect(deviceSchema.safeParse(each).error).toBeUndefined()
          const { ownLimitBytes = 0, lendLimitBytes = 0 } = limit.get(each.id) ?? {}
          expect(each.usableBytes).toBeLessThanOrEqual(Math.max(0, ownLimitBytes - held.own - held.lent))
          expect(each.lendableBytes).toBeLessThanOrEqual(Math.max(0, lendLimitBytes - held.lent))
          expect(each.usableBytes).toBeLessThanOrEqual(each.freeBytes)
          expect(each.lendableBytes).toBeLessThanOrEqual(each.usableBytes)
        }
        if (!unified) return
        const usable = devices.reduce((total, { usableBytes }) => total + usableBytes, 0)
        expect(usable).toBeLessThanOrEqual(Math.min(...cpu) * GiB)
      })
    )
  })
})

describe('sharesMainMemory', () => {
  it.each([
    ['Metal', 'Apple M3 Pro', true],
    ['MTL0', 'Apple M3 Pro', true],
    ['Vulkan0', 'Intel(R) Iris(R) Xe Graphics', true],
    ['Vulkan0', 'Intel(R) UHD Graphics 770', true],
    ['Vulkan0', 'AMD Radeon(TM) Graphics', true],
    ['Vulkan0', 'AMD Radeon Graphics (RADV RENOIR)', true],
    ['CUDA0', 'NVIDIA Thor', true],
    ['CUDA0', 'NVIDIA GeForce RTX 4090', false],
    ['Vulkan0', 'AMD Radeon RX 7900 XTX', false],
    ['Vulkan1', 'Intel(R) Arc(tm) A770 Graphics', false],
    ['CPU', 'Apple M3 Pro', false]
  ])('%s, %s: %s', (id, description, shares) => {
    expect(sharesMainMemory(device(id, 8, 8, description))).toBe(shares)
  })
})

describe('withoutTwins', () => {
  it('leaves out the Vulkan view of a card that another backend has', () => {
    const card = 'NVIDIA GeForce RTX 4090'
    const devices = [device('CUDA0', 24, 24, card), device('Vulkan0', 24, 24, card), device('CPU', 64)]
    expect(withoutTwins(devices).map(({ id }) => id)).toEqual(['CUDA0', 'CPU'])
  })

  it('keeps a card that only Vulkan has', () => {
    const devices = [
      device('CUDA0', 24, 24, 'NVIDIA'),
      device('Vulkan1', 8, 8, 'AMD Radeon RX 7600'),
      device('CPU', 64)
    ]
    expect(withoutTwins(devices)).toHaveLength(3)
  })
})

describe('deviceLimits', () => {
  it('takes a share of lending from what --memory leaves', () => {
    const limits = deviceLimits([device('CPU', 16)], { memory: amount(8), lendMemory: share(0.25) })
    expect(limits.get('CPU')).toEqual({ totalBytes: 16 * GiB, ownLimitBytes: 8 * GiB, lendLimitBytes: 2 * GiB })
  })

  it('knows no device that is not there', () => {
    expect(deviceLimits([], { memory: share(1), lendMemory: share(1) }).size).toBe(0)
    expect(budgetDevices([], { memory: share(1), lendMemory: share(1) }, nothing)).toEqual([])
  })
})
