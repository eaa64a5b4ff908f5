import { type HeldModel, type Inventory, inventorySchema } from '@unhosted/core/inventory'
import type { BareDevice } from '@unhosted/core/memory'
import { GiB } from '@unhosted/core/units'
import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../base/testing/manual-clock.ts'
import { createLog, silentLog } from '../log/index.ts'
import { createDeviceLimits } from './device-limits.ts'
import { createInventory, type InventoryOptions, type InventorySource } from './inventory-source.ts'

const signal = new AbortController().signal

/** A machine whose facts and clock are set by hand. */
class Machine {
  freeBytes = 12 * GiB
  own = 0
  readonly clock = new ManualClock()
  readonly limits = createDeviceLimits({ memory: { fraction: 0.5 }, lendMemory: { fraction: 0.5 } })
  engineVersion: string | null = 'llama.cpp/1 rpc/7.0.0'
  models: HeldModel[] = []
  /** How often the engine was asked. */
  asked = 0
  /** What the engine's answer waits for. */
  answer: Promise<void> = Promise.resolve()
  readonly logged: string[] = []
  readonly source: InventorySource

  constructor(changes: Partial<InventoryOptions> = {}) {
    this.source = createInventory({
      peerId: `12D3KooW${'x'.repeat(44)}`,
      name: 'laptop',
      version: '0.1.0',
      engineVersion: () => this.engineVersion,
      engineDevices: () => this.#ask(),
      models: async () => this.models,
      reserved: () => ({ own: this.own, lent: 0 }),
      limits: this.limits,
      clock: this.clock,
      log: createLog({ write: (line) => this.logged.push(line) }, 'warn'),
      ...changes
    })
  }

  async #ask(): Promise<readonly BareDevice[]> {
    this.asked += 1
    const { freeBytes } = this
    await this.answer
    return [{ id: 'CPU', kind: 'cpu', description: 'CPU', totalBytes: 16 * GiB, freeBytes }]
  }
}

/** All promises that can settle without a timer have. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

let machine: Machine
let told: Inventory[]

beforeEach(() => {
  machine = new Machine()
  told = []
  machine.source.onChange((inventory) => told.push(inventory))
})

describe('inventory', () => {
  it('is what the schema for peers takes', async () => {
    expect(inventorySchema.safeParse(await machine.source.inventory(signal)).error).toBeUndefined()
  })

  it('asks the engine again only after two seconds, but counts reservations at once', async () => {
    await machine.source.inventory(signal)
    await machine.clock.advance(1999)
    machine.own = 3 * GiB
    const { devices } = await machine.source.inventory(signal)
    expect(machine.asked).toBe(1)
    expect(devices[0]).toMatchObject({ usableBytes: 5 * GiB, lendableBytes: 4 * GiB })
    await machine.clock.advance(1)
    await machine.source.inventory(signal)
    expect(machine.asked).toBe(2)
  })

  it('passes on what the engine throws', async () => {
    const broken = new Machine({ engineDevices: () => Promise.reject(new Error('no engine')), log: silentLog })
    await expect(broken.source.inventory(signal)).rejects.toThrow('no engine')
  })
})

describe('limits', () => {
  it('are known from the first look on, also while a new one is awaited', async () => {
    expect(machine.limits.of('CPU')).toBeUndefined()
    await machine.source.inventory(signal)
    machine.source.touch()
    expect(machine.limits.of('CPU')).toEqual({
      totalBytes: 16 * GiB,
      ownLimitBytes: 8 * GiB,
      lendLimitBytes: 4 * GiB
    })
    expect(machine.limits.of('CUDA0')).toBeUndefined()
    await settled()
  })
})

describe('changes', () => {
  beforeEach(async () => {
    await machine.source.start()
    await settled()
  })

  it('begin with the first look', () => {
    expect(told).toHaveLength(1)
    expect(machine.source.last()).toEqual(told[0])
  })

  it('are not told where only free memory wobbles', async () => {
    machine.freeBytes -= 1024
    await machine.clock.advance(30_000)
    await settled()
    expect(machine.asked).toBe(2)
    expect(told).toHaveLength(1)
  })

  it.each<[what: string, change: () => void]>([
    [
      'free memory that matters',
      () => {
        machine.freeBytes = 2 * GiB
      }
    ],
    [
      'a reservation',
      () => {
        machine.own = GiB
      }
    ],
    [
      'a reservation that is little beside the whole device, but much of the limit',
      () => {
        machine.own = 0.2 * GiB
      }
    ],
    [
      'another engine',
      () => {
        machine.engineVersion = null
      }
    ],
    [
      'a model',
      () => {
        machine.models = [{ id: 'a'.repeat(64), names: ['tiny'], sizeBytes: 1, architecture: 'llama', loaded: false }]
      }
    ]
  ])('are told for %s', async (_, change) => {
    change()
    machine.source.touch()
    await settled()
    expect(told).toHaveLength(2)
  })

  it('are not missed while an older question is answered', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    machine.answer = promise
    machine.source.touch()
    machine.freeBytes = 2 * GiB
    machine.source.touch()
    resolve()
    await settled()
    expect(told.at(-1)?.devices[0]?.freeBytes).toBe(2 * GiB)
  })

  it('end with stop', async () => {
    await machine.source.stop()
    await machine.source.stop()
    machine.own = GiB
    machine.source.touch()
    await settled()
    expect(machine.clock.pending).toBe(0)
    expect(told).toHaveLength(1)
  })

  it('end with the removal of the listener', async () => {
    const more: Inventory[] = []
    const remove = machine.source.onChange((inventory) => more.push(inventory))
    remove()
    machine.own = GiB
    machine.source.touch()
    await settled()
    expect(more).toEqual([])
  })

  it('are not told before the start', async () => {
    const other = new Machine()
    const heard: Inventory[] = []
    other.source.onChange((inventory) => heard.push(inventory))
    other.source.touch()
    await settled()
    expect([heard, other.asked]).toEqual([[], 0])
  })

  it('reach the other listeners when one throws', async () => {
    const heard: Inventory[] = []
    machine.source.onChange(() => {
      throw new Error('no')
    })
    machine.source.onChange((inventory) => heard.push(inventory))
    machine.own = GiB
    machine.source.touch()
    await settled()
    expect(heard).toHaveLength(1)
    expect(machine.logged.join()).toContain('an event listener failed')
  })

  it('survive an engine that fails to answer, which is logged', async () => {
    machine.answer = Promise.reject(new Error('crashed'))
    machine.own = GiB
    machine.source.touch()
    await settled()
    expect(machine.logged.join()).toContain('crashed')
    machine.answer = Promise.resolve()
    machine.source.touch()
    await settled()
    expect(told).toHaveLength(2)
  })
})
