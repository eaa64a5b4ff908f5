import { describe, expect, it } from 'vitest'
import { ManualClock } from './testing/manual-clock.ts'
import { pause, within, withTimeLimit } from './wait.ts'

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))

describe('a pause', () => {
  it('lasts as long as was asked for', async () => {
    const clock = new ManualClock()
    let over = false
    const pausing = pause(clock, 100, new AbortController().signal).then(() => {
      over = true
    })
    await clock.advance(99)
    expect(over).toBe(false)
    await clock.advance(1)
    await pausing
    expect(over).toBe(true)
  })

  it.each([
    ['before', true],
    ['meanwhile', false]
  ])('is cancelled by a signal that aborts %s, and frees its timer', async (_id, before) => {
    const clock = new ManualClock()
    const stopping = new AbortController()
    if (before) stopping.abort()
    const pausing = pause(clock, 100, stopping.signal)
    stopping.abort()
    await expect(pausing).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(clock.pending).toBe(0)
  })
})

describe('a time limit', () => {
  it('aborts work that takes longer', async () => {
    const clock = new ManualClock()
    const working = withTimeLimit({ clock, ms: 100 }, untilAborted)
    const failed = expect(working).rejects.toMatchObject({ name: 'TimeoutError' })
    await clock.advance(100)
    await failed
    expect(clock.pending).toBe(0)
  })

  it('passes on the reason of the signal that it was given', async () => {
    const stopping = new AbortController()
    const working = withTimeLimit({ clock: new ManualClock(), ms: 100, signal: stopping.signal }, untilAborted)
    stopping.abort(new Error('stopping'))
    await expect(working).rejects.toThrow('stopping')
  })

  it('frees its timer when the work is done', async () => {
    const clock = new ManualClock()
    expect(await withTimeLimit({ clock, ms: 100 }, async () => 'done')).toBe('done')
    expect(clock.pending).toBe(0)
  })
})

describe('waiting within a time', () => {
  it('gives what comes in time, and frees its timer', async () => {
    const clock = new ManualClock()
    expect(await within(Promise.resolve('here'), 100, clock)).toBe('here')
    await expect(within(Promise.reject(new Error('no')), 100, clock)).rejects.toThrow('no')
    expect(clock.pending).toBe(0)
  })

  it('gives null for what does not', async () => {
    const clock = new ManualClock()
    const waiting = within(new Promise<string>(() => {}), 100, clock)
    await clock.advance(100)
    expect(await waiting).toBeNull()
  })
})
