import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '../log/index.ts'
import { createReconnector, type Reconnector } from './reconnector.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function fixture(): { reconnector: Reconnector; dials: number[]; state: { up: boolean; reachable: boolean } } {
  const dials: number[] = []
  const state = { up: false, reachable: false }
  const began = Date.now()
  const reconnector = createReconnector({
    log: silentLog,
    isConnected: () => state.up,
    connect: async () => {
      dials.push(Date.now() - began)
      if (!state.reachable) throw new Error('nobody there')
      state.up = true
    }
  })
  return { reconnector, dials, state }
}

describe('the reconnector', () => {
  it('dials at once, then at doubling intervals up to half a minute', async () => {
    const { reconnector, dials } = fixture()
    reconnector.want('p')
    await vi.advanceTimersByTimeAsync(100_000)
    expect(dials).toEqual([0, 1000, 3000, 7000, 15_000, 31_000, 61_000, 91_000])
    reconnector.stop()
  })

  it('dials at once when there is news', async () => {
    const { reconnector, dials, state } = fixture()
    reconnector.want('p')
    await vi.advanceTimersByTimeAsync(20_000)
    dials.length = 0
    state.reachable = true
    reconnector.hurry('p')
    await vi.advanceTimersByTimeAsync(0)
    expect(dials).toEqual([20_000])
    reconnector.stop()
  })

  it('dials no more than once a second, however much news there is', async () => {
    const { reconnector, dials } = fixture()
    reconnector.want('p')
    for (let news = 0; news < 100; news++) {
      reconnector.hurry('p')
      await vi.advanceTimersByTimeAsync(50)
    }
    expect(dials).toEqual([0, 1000, 2000, 3000, 4000, 5000])
    reconnector.stop()
  })

  it('starts from short intervals again after a success', async () => {
    const { reconnector, dials, state } = fixture()
    reconnector.want('p')
    await vi.advanceTimersByTimeAsync(70_000)
    state.reachable = true
    reconnector.hurry('p')
    await vi.advanceTimersByTimeAsync(0)
    reconnector.succeeded('p')
    Object.assign(state, { up: false, reachable: false })
    dials.length = 0
    reconnector.want('p')
    await vi.advanceTimersByTimeAsync(5000)
    expect(dials).toEqual([71_000, 73_000])
    reconnector.stop()
  })

  it.each(['drop', 'stop'] as const)('ends with %s', async (how) => {
    const { reconnector, dials } = fixture()
    reconnector.want('p')
    await vi.advanceTimersByTimeAsync(2000)
    dials.length = 0
    if (how === 'drop') reconnector.drop('p')
    else reconnector.stop()
    await vi.advanceTimersByTimeAsync(100_000)
    expect(dials).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})
