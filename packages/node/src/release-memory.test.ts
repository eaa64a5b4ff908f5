import { describe, expect, test } from 'vitest'
import { ManualClock } from './base/testing/manual-clock.ts'
import { createDaemonEvents } from './daemon-events.ts'
import { silentLog } from './log/index.ts'
import { createMemoryRelease, releaseMemory } from './release-memory.ts'

async function setUp(lent = 0) {
  const clock = new ManualClock()
  const events = createDaemonEvents(silentLog)
  let released = 0
  const part = createMemoryRelease({
    events,
    instances: { views: () => [] },
    leaseServer: { leases: () => new Array(lent) },
    clock,
    log: silentLog,
    release: async () => {
      released += 1
    }
  })
  await part.start(new AbortController().signal)
  const gone = (): void => events.emit({ event: 'instance-gone', modelId: 'a', modelName: 'tiny', reason: 'idle' })
  return { clock, gone, part, released: () => released }
}

describe('the memory release', () => {
  test('releases once, ten seconds after the last of several events', async () => {
    const { clock, gone, released } = await setUp()
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
    const { clock, gone, released } = await setUp(1)
    gone()
    await clock.advance(60_000)
    expect(released()).toBe(0)
  })

  test('leaves no timer behind', async () => {
    const { clock, gone, part } = await setUp()
    gone()
    await part.stop()
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
