import { describe, expect, test } from 'vitest'
import { ManualClock } from './base/testing/manual-clock.ts'
import { createDaemonEvents } from './daemon-events.ts'
import { silentLog } from './log/index.ts'
import { releaseMemory, releaseMemoryAtRest } from './release-memory.ts'

function setUp(isIdle = true) {
  const clock = new ManualClock()
  const events = createDaemonEvents(() => {})
  let released = 0
  const release = async (): Promise<void> => {
    released += 1
  }
  const end = releaseMemoryAtRest({ events, clock, isIdle: () => isIdle, release, log: silentLog })
  const gone = (): void => events.emit({ event: 'instance-gone', modelId: 'a', modelName: 'tiny', reason: 'idle' })
  return { clock, gone, end, released: () => released }
}

describe('releaseMemoryAtRest', () => {
  test('releases once, ten seconds after the last of several events', async () => {
    const { clock, gone, released } = setUp()
    gone()
    await clock.advance(9000)
    gone()
    await clock.advance(9999)
    expect(released()).toBe(0)
    await clock.advance(1)
    expect(released()).toBe(1)
    await clock.advance(60_000)
    expect(released()).toBe(1)
  })

  test('leaves a daemon alone that has something loaded or lent', async () => {
    const { clock, gone, released } = setUp(false)
    gone()
    await clock.advance(60_000)
    expect(released()).toBe(0)
  })

  test('leaves no timer behind', () => {
    const { clock, gone, end } = setUp()
    gone()
    end()
    gone()
    expect(clock.pending).toBe(0)
  })
})

test('releaseMemory frees what is no longer referred to', async () => {
  const registry = { collected: false }
  const finalizer = new FinalizationRegistry(() => {
    registry.collected = true
  })
  finalizer.register({ large: new Array(1000).fill('x') }, null)
  await releaseMemory()
  await expect.poll(() => registry.collected).toBe(true)
})
