import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ManualClock } from '../../base/testing/manual-clock.ts'
import { silentLog } from '../../log/index.ts'
import { createReconnector, type Reconnector } from './reconnector.ts'

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => {
  vi.restoreAllMocks()
})

interface Fixture {
  readonly reconnector: Reconnector
  readonly clock: ManualClock
  /** When it dialled, ms since the start. */
  readonly dials: number[]
  readonly state: { up: boolean; reachable: boolean }
}

function fixture(): Fixture {
  const clock = new ManualClock()
  const dials: number[] = []
  const state = { up: false, reachable: false }
  const began = clock.elapsed()
  const reconnector = createReconnector({
    clock,
    log: silentLog,
    isConnected: () => state.up,
    connect: async () => {
      dials.push(clock.elapsed() - began)
      if (!state.reachable) throw new Error('nobody there')
      state.up = true
    }
  })
  return { reconnector, clock, dials, state }
}

describe('the reconnector', () => {
  it('dials at once, then at doubling intervals up to half a minute', async () => {
    const { reconnector, clock, dials } = fixture()
    reconnector.keepDialling('p')
    await clock.advance(100_000)
    expect(dials).toEqual([0, 1000, 3000, 7000, 15_000, 31_000, 61_000, 91_000])
    reconnector.stop()
  })

  it('dials at once when there is news', async () => {
    const { reconnector, clock, dials, state } = fixture()
    reconnector.keepDialling('p')
    await clock.advance(20_000)
    dials.length = 0
    state.reachable = true
    reconnector.dialNow('p')
    await clock.advance(0)
    expect(dials).toEqual([20_000])
    reconnector.stop()
  })

  it('dials no more than once a second, however much news there is', async () => {
    const { reconnector, clock, dials } = fixture()
    reconnector.keepDialling('p')
    for (let news = 0; news < 100; news++) {
      reconnector.dialNow('p')
      await clock.advance(50)
    }
    expect(dials).toEqual([0, 1000, 2000, 3000, 4000, 5000])
    reconnector.stop()
  })

  it('starts from short intervals again after a success', async () => {
    const { reconnector, clock, dials, state } = fixture()
    reconnector.keepDialling('p')
    await clock.advance(70_000)
    state.reachable = true
    reconnector.dialNow('p')
    await clock.advance(0)
    reconnector.resetDelay('p')
    Object.assign(state, { up: false, reachable: false })
    dials.length = 0
    reconnector.keepDialling('p')
    await clock.advance(5000)
    expect(dials).toEqual([71_000, 73_000])
    reconnector.stop()
  })

  it.each(['remove', 'stop'] as const)('ends with %s', async (how) => {
    const { reconnector, clock, dials } = fixture()
    reconnector.keepDialling('p')
    await clock.advance(2000)
    dials.length = 0
    if (how === 'remove') reconnector.remove('p')
    else reconnector.stop()
    await clock.advance(100_000)
    expect(dials).toEqual([])
    expect(clock.pending).toBe(0)
  })
})
