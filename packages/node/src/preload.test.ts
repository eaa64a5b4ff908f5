import type { DaemonEvent } from '@unhosted/core/control'
import { BaseError } from '@unhosted/core/errors'
import { describe, expect, it } from 'vitest'
import { createDaemonEvents } from './daemon-events.ts'
import { silentLog } from './log/index.ts'
import type { StoredModel } from './models/index.ts'
import { createPreload } from './preload.ts'

const never = new AbortController().signal

function setUp(keep: (model: StoredModel, signal: AbortSignal) => Promise<void>) {
  const events = createDaemonEvents(silentLog)
  const told: DaemonEvent[] = []
  events.subscribe((event) => told.push(event))
  const find = async (reference: string): Promise<StoredModel> => {
    if (reference === 'unknown') throw new BaseError('MODEL_UNKNOWN', 'There is no such model.', { advice: 'Pull it.' })
    return { names: [reference] } as unknown as StoredModel
  }
  const references = ['tiny', 'unknown']
  return { told, preload: createPreload({ references, store: { find }, instances: { keep }, events, log: silentLog }) }
}

describe('preload', () => {
  it('keeps the models that it finds, and warns of the others with what to do', async () => {
    const kept: (string | undefined)[] = []
    const { preload, told } = setUp(async ({ names }) => void kept.push(names[0]))
    await preload.start(never)
    await new Promise((resolve) => setImmediate(resolve))
    await preload.stop()
    expect(kept).toEqual(['tiny'])
    expect(told).toMatchObject([{ event: 'warning', warning: { advice: 'Pull it.' } }])
  })

  it('starts at once, and gives up loading without a warning when it stops', async () => {
    const loading = Promise.withResolvers<void>()
    const { preload, told } = setUp(async (_model, signal) => {
      loading.resolve()
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    })
    await preload.start(never)
    await loading.promise
    told.length = 0
    await preload.stop()
    expect(told).toEqual([])
  })
})
