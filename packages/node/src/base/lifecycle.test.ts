import { describe, expect, it } from 'vitest'
import { Lifecycle, type Part } from './lifecycle.ts'

const never = new AbortController().signal

function setUp(changes: Readonly<Record<string, Partial<Part>>> = {}) {
  const calls: string[] = []
  const parts = ['first', 'second', 'third'].map(
    (name): Part => ({
      name,
      start: async () => void calls.push(`start ${name}`),
      stop: async () => void calls.push(`stop ${name}`),
      ...changes[name]
    })
  )
  return { calls, lifecycle: new Lifecycle(parts, (name) => calls.push(`failed ${name}`)) }
}

const fail = (): Promise<never> => Promise.reject(new Error('no'))
const started = ['start first', 'start second', 'start third']

describe('Lifecycle', () => {
  it('starts in order and stops in reverse, each once', async () => {
    const { calls, lifecycle } = setUp()
    await Promise.all([lifecycle.start(never), lifecycle.start(never)])
    expect(calls).toEqual(started)
    await Promise.all([lifecycle.stop(), lifecycle.stop()])
    expect(calls).toEqual([...started, 'stop third', 'stop second', 'stop first'])
  })

  it('stops what had started when a part fails to start, and throws what it threw', async () => {
    const { calls, lifecycle } = setUp({ third: { start: fail } })
    await expect(lifecycle.start(never)).rejects.toThrow('no')
    await lifecycle.stop()
    expect(calls).toEqual(['start first', 'start second', 'stop second', 'stop first'])
  })

  it('goes on past a part that fails to stop', async () => {
    const { calls, lifecycle } = setUp({ second: { stop: fail } })
    await lifecycle.start(never)
    await lifecycle.stop()
    expect(calls.slice(3)).toEqual(['stop third', 'failed second', 'stop first'])
  })

  it('gives up a start that is stopped, through the signal of the part that is starting', async () => {
    const starting = Promise.withResolvers<void>()
    const waits: Part['start'] = (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        starting.resolve()
      })
    const { calls, lifecycle } = setUp({ second: { start: waits } })
    const failed = expect(lifecycle.start(never)).rejects.toMatchObject({ code: 'CANCELLED' })
    await starting.promise
    await lifecycle.stop()
    await failed
    expect(calls).toEqual(['start first', 'stop first'])
  })

  it('starts nothing more once its signal aborts', async () => {
    const abort = new AbortController()
    const { calls, lifecycle } = setUp({ second: { start: async () => abort.abort() } })
    await expect(lifecycle.start(abort.signal)).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(calls).toEqual(['start first', 'stop second', 'stop first'])
  })

  it('does nothing when it is stopped before a start, or started after a stop', async () => {
    const { calls, lifecycle } = setUp()
    await lifecycle.stop()
    await expect(lifecycle.start(never)).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(calls).toEqual([])
  })
})
