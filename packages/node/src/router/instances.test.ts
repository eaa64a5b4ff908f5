import type { InstanceView } from '@unhosted/core/control'
import { BaseError } from '@unhosted/core/errors'
import type { Plan } from '@unhosted/core/planner'
import { bytes } from '@unhosted/core/units'
import { describe, expect, test } from 'vitest'
import { ManualClock } from '../base/testing/manual-clock.ts'
import type { LlamaServer, ProcessExit } from '../engine/types.ts'
import { silentLog } from '../log/index.ts'
import { createLoadedModels } from '../models/index.ts'
import type { StoredModel } from '../models/types.ts'
import type { Allocation } from './allocator.ts'
import { Instances } from './instances.ts'

const plan: Plan = {
  modelId: 'a'.repeat(64),
  modelName: 'tiny',
  contextSize: 512,
  kind: 'solo',
  headPeerId: 'me',
  host: null,
  segments: [],
  excluded: [],
  totalBytes: bytes(1)
}
const model = { id: plan.modelId, names: ['tiny'] } as unknown as StoredModel

function setUp(
  changes: { readonly startFails?: BaseError; readonly allocateFails?: BaseError; readonly neverReady?: boolean } = {}
) {
  const clock = new ManualClock()
  const loaded = createLoadedModels()
  const events: string[] = []
  const lost = Promise.withResolvers<BaseError>()
  const exits: ((exit: ProcessExit) => void)[] = []
  let held = 0
  let running = 0
  const allocate = async (): Promise<Allocation> => {
    if (changes.allocateFails !== undefined) throw changes.allocateFails
    held += 1
    let freed = false
    const release = async (): Promise<void> => {
      if (!freed) held -= 1
      freed = true
    }
    const engine = { gpuLayers: 0, devices: [], tensorSplit: [], leases: [], reservations: [] }
    return { plan, engine, rpcEndpoints: [], leases: () => [], lost: lost.promise, release }
  }
  const start = async (
    _model: StoredModel,
    _allocation: Allocation,
    _purpose: string,
    signal: AbortSignal
  ): Promise<LlamaServer> => {
    if (changes.startFails !== undefined) throw changes.startFails
    if (changes.neverReady === true) {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    running += 1
    const exited = Promise.withResolvers<ProcessExit>()
    exits.push(exited.resolve)
    const stop = async (): Promise<ProcessExit> => {
      running -= 1
      const exit = { code: 0, signal: null, summary: 'stopped' }
      exited.resolve(exit)
      return exit
    }
    return { pid: 1, logFile: '', exited: exited.promise, stop, listen: { port: 1 } }
  }
  const onGone = (_view: InstanceView, reason: string): void => void events.push(`gone: ${reason}`)
  const onChange = (view: InstanceView): void => void events.push(view.state)
  const instances = new Instances({
    allocator: { allocate },
    start,
    idleUnloadMs: 1000,
    loaded,
    clock,
    log: silentLog,
    onChange,
    onGone
  })
  const use = (signal = new AbortController().signal) => instances.use(model, 'generate', { signal, onPlan: () => {} })
  return { clock, loaded, events, lost, exits, instances, use, held: () => held, running: () => running }
}

/** Lets every promise that is ready run its course. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('Instances', () => {
  test('two callers share one instance', async () => {
    const { use, running, instances } = setUp()
    const [a, b] = await Promise.all([use(), use()])
    expect(running()).toBe(1)
    expect(instances.views()[0]?.activeRequests).toBe(2)
    a.release()
    a.release()
    expect(instances.views()[0]?.activeRequests).toBe(1)
    b.release()
  })

  test('an idle instance is unloaded after its time, a used one is not', async () => {
    const { use, clock, held, running } = setUp()
    const first = await use()
    await clock.advance(5000)
    await settle()
    expect(held()).toBe(1)
    first.release()
    await clock.advance(999)
    const second = await use()
    await clock.advance(5000)
    await settle()
    expect(held()).toBe(1)
    second.release()
    await clock.advance(1000)
    await settle()
    expect([held(), running()]).toEqual([0, 0])
  })

  test('a lost lease ends the instance, names the peer, and frees all', async () => {
    const { use, lost, held, events } = setUp()
    const { ended } = await use()
    const reason = new BaseError('PEER_LOST', 'mini was lost.', { advice: 'Ask again.' })
    lost.resolve(reason)
    expect(await ended).toBe(reason)
    await settle()
    expect(held()).toBe(0)
    expect(events.at(-1)).toBe('gone: mini was lost.')
  })

  test('an engine that dies ends the instance; the next use loads it anew', async () => {
    const { use, exits, clock, running, instances } = setUp()
    const { ended } = await use()
    exits[0]?.({ code: null, signal: 'SIGKILL', summary: 'killed by SIGKILL' })
    await settle()
    await clock.advance(1000)
    expect(await ended).toMatchObject({ code: 'ENGINE_EXITED', message: expect.stringContaining('SIGKILL') })
    await settle()
    expect(instances.views()).toEqual([])
    await use()
    expect(running()).toBe(1)
  })

  test.each([
    {
      id: 'allocation',
      changes: { allocateFails: new BaseError('NO_CAPACITY', 'no', { advice: 'x' }) },
      code: 'NO_CAPACITY'
    },
    {
      id: 'start',
      changes: { startFails: new BaseError('ENGINE_START_FAILED', 'no', { advice: 'x' }) },
      code: 'ENGINE_START_FAILED'
    }
  ])('a failed $id reaches the caller and frees all', async ({ changes, code }) => {
    const { use, held, instances, clock } = setUp(changes)
    const failed = expect(use()).rejects.toMatchObject({ code })
    await settle()
    await clock.advance(1000)
    await failed
    await settle()
    expect(held()).toBe(0)
    expect(instances.views()).toEqual([])
  })

  test('loading stops when the last caller has gone, not before', async () => {
    const { use, held, instances, clock } = setUp({ neverReady: true })
    const [first, second] = [new AbortController(), new AbortController()]
    const uses = [use(first.signal), use(second.signal)].map((u) => u.catch((error: unknown) => error))
    await settle()
    first.abort(new BaseError('CANCELLED', 'gone', { advice: 'x' }))
    await settle()
    expect(held()).toBe(1)
    second.abort(new BaseError('CANCELLED', 'gone', { advice: 'x' }))
    await settle()
    await clock.advance(1000)
    await settle()
    expect(held()).toBe(0)
    expect(instances.views()).toEqual([])
    expect(await Promise.all(uses)).toMatchObject([{ code: 'CANCELLED' }, { code: 'CANCELLED' }])
  })

  test('a kept instance is not asked for by anybody, and stays', async () => {
    const { clock, instances, held } = setUp()
    await instances.keep(model, new AbortController().signal)
    expect(instances.views()[0]).toMatchObject({ activeRequests: 0, idleUnloadAt: null })
    await clock.advance(60_000)
    await settle()
    expect(held()).toBe(1)
  })

  test('a model is loaded from when its instance answers until it is unloaded', async () => {
    const { use, loaded, clock } = setUp()
    expect(loaded.has(model.id)).toBe(false)
    const { release } = await use()
    expect(loaded.has(model.id)).toBe(true)
    release()
    await clock.advance(1000)
    expect(loaded.has(model.id)).toBe(false)
  })

  test('stop frees all and refuses new uses', async () => {
    const { use, instances, held, running } = setUp()
    await use()
    await instances.stop()
    expect([held(), running()]).toEqual([0, 0])
    await expect(use()).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})
