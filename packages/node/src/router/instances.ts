import type { InstanceView } from '@unhosted/core/control'
import { BaseError, cancelled, isBaseError } from '@unhosted/core/errors'
import type { Plan } from '@unhosted/core/planner'
import { type Clock, type Part, untilAborted, within } from '../base/index.ts'
import type { LlamaServer } from '../engine/types.ts'
import type { Log } from '../log/index.ts'
import type { LoadedModels } from '../models/index.ts'
import type { StoredModel } from '../models/types.ts'
import type { Allocation, Allocator, IdleInstances } from './allocator.ts'
import type { Purpose } from './purpose.ts'

export interface InstancesOptions {
  readonly allocator: Allocator
  /** Starts llama-server for an allocation. */
  readonly start: (
    model: StoredModel,
    allocation: Allocation,
    purpose: Purpose,
    signal: AbortSignal
  ) => Promise<LlamaServer>
  /** An idle instance is unloaded after this long, ms; Infinity keeps it. */
  readonly idleUnloadMs: number
  /** Told which models answer. */
  readonly loaded: LoadedModels
  readonly clock: Clock
  readonly log: Log
  readonly onChange: (view: InstanceView) => void
  readonly onGone: (view: InstanceView, reason: string) => void
}

/** A use of a loaded instance; it is not unloaded before `release`. */
export interface InstanceUse {
  readonly listen: LlamaServer['listen']
  readonly plan: Plan
  /** Settles, never rejects, with why the instance ended. */
  readonly ended: Promise<BaseError>
  /** Idempotent. */
  release(): void
}

interface Instance {
  readonly key: string
  readonly model: StoredModel
  readonly purpose: Purpose
  readonly loading: AbortController
  allocation: Allocation | null
  server: LlamaServer | null
  state: InstanceView['state']
  users: number
  /** The owner wants it loaded: it is neither idle nor asked for. */
  kept: boolean
  loadedAt: number | null
  idleSince: number
  cancelIdleTimer: (() => void) | null
  /** It answers no longer. */
  forgetLoaded: (() => void) | null
  /** Settles when it is known where the layers go. */
  planned: Promise<Plan>
  /** Settles when it answers. */
  ready: Promise<LlamaServer>
  readonly ended: Promise<BaseError>
  readonly end: (reason: BaseError) => void
}

/** Loads models on demand, shares each instance between requests, unloads idle ones, and frees all when one ends. */
export class Instances implements Part {
  readonly name = 'instances'
  readonly #options: InstancesOptions
  readonly #instances = new Map<string, Instance>()
  readonly #closing = new Set<Promise<void>>()
  readonly #idle: IdleInstances = {
    plans: () => this.#idleInstances().flatMap(({ allocation }) => allocation?.plan ?? []),
    evict: async () => {
      const oldest = this.#idleInstances().sort((a, b) => a.idleSince - b.idleSince)[0]
      if (oldest === undefined) return false
      await this.#unload(oldest, cancelled(undefined, 'It made room for another model.'))
      return true
    }
  }
  #stopped = false

  constructor(options: InstancesOptions) {
    this.#options = options
  }

  views(): readonly InstanceView[] {
    return [...this.#instances.values()].filter((instance) => instance.allocation !== null).map((i) => this.#view(i))
  }

  /** Whether an instance of it is loading or loaded. */
  uses(modelId: string): boolean {
    return [...this.#instances.values()].some((i) => i.model.id === modelId)
  }

  /**
   * Use the model's instance, loading it first where need be. Loading stops when every caller has gone.
   * @param onPlan called once the plan is known, before the weights are loaded.
   * @throws BaseError NO_CAPACITY | ENGINE_START_FAILED | ENGINE_MISSING | CANCELLED
   */
  async use(
    model: StoredModel,
    purpose: Purpose,
    options: { readonly signal: AbortSignal; readonly onPlan: (plan: Plan) => void }
  ): Promise<InstanceUse> {
    if (this.#stopped) throw daemonStopping()
    const instance = this.#instances.get(instanceKey(model, purpose)) ?? this.#load(model, purpose)
    const release = this.#retain(instance)
    try {
      const plan = await untilAborted(instance.planned, options.signal)
      options.onPlan(plan)
      const server = await untilAborted(instance.ready, options.signal)
      return { listen: server.listen, plan, ended: instance.ended, release }
    } catch (error) {
      release()
      throw error
    }
  }

  /** Load a model and keep it, whether anybody asks for it or not. @throws as `use` */
  async keep(model: StoredModel, signal: AbortSignal): Promise<void> {
    const { release } = await this.use(model, 'generate', { signal, onPlan: () => {} })
    const instance = this.#instances.get(instanceKey(model, 'generate'))
    if (instance !== undefined) instance.kept = true
    release()
  }

  /** Instances start on demand. */
  async start(): Promise<void> {}

  /** End every instance and wait until its processes, leases and memory are freed. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true
    const reason = daemonStopping()
    await Promise.all([...this.#instances.values()].map((instance) => this.#unload(instance, reason)))
    await Promise.all(this.#closing)
  }

  #idleInstances(): Instance[] {
    return [...this.#instances.values()].filter(({ state, users, kept }) => state === 'ready' && users === 0 && !kept)
  }

  #load(model: StoredModel, purpose: Purpose): Instance {
    const { promise: ended, resolve: end } = Promise.withResolvers<BaseError>()
    const instance: Instance = {
      key: instanceKey(model, purpose),
      model,
      purpose,
      loading: new AbortController(),
      allocation: null,
      server: null,
      state: 'loading',
      users: 0,
      kept: false,
      loadedAt: null,
      idleSince: this.#options.clock.now(),
      cancelIdleTimer: null,
      forgetLoaded: null,
      planned: pending,
      ready: pending,
      ended,
      end
    }
    this.#instances.set(instance.key, instance)
    instance.planned = this.#allocate(instance)
    instance.ready = instance.planned.then(() => this.#start(instance))
    // The callers that wait on them handle a failure; once all have gone nobody does.
    instance.planned.catch(() => {})
    instance.ready.catch(() => {})
    return instance
  }

  async #allocate(instance: Instance): Promise<Plan> {
    const { signal } = instance.loading
    try {
      const { model, purpose } = instance
      const allocation = await this.#options.allocator.allocate(model, { purpose, signal, idle: this.#idle })
      instance.allocation = allocation
      if (instance.state !== 'loading') await allocation.release()
      signal.throwIfAborted()
      void allocation.lost.then((error) => this.#unload(instance, error))
      this.#options.onChange(this.#view(instance))
      return allocation.plan
    } catch (error) {
      throw await this.#failed(instance, error)
    }
  }

  async #start(instance: Instance): Promise<LlamaServer> {
    const { signal } = instance.loading
    const { allocation } = instance
    if (allocation === null) throw await instance.ended
    try {
      const server = await this.#options.start(instance.model, allocation, instance.purpose, signal)
      instance.server = server
      if (instance.state !== 'loading') await server.stop(0)
      signal.throwIfAborted()
      void server.exited.then((exit) => this.#onExit(instance, exit.summary))
      instance.state = 'ready'
      instance.forgetLoaded = this.#options.loaded.add(instance.model.id)
      instance.loadedAt = this.#options.clock.now()
      this.#options.onChange(this.#view(instance))
      return server
    } catch (error) {
      // A lost peer kills the engine while it loads; say which peer rather than how the engine died.
      const lost = await within(allocation.lost, 1000, this.#options.clock)
      throw await this.#failed(instance, lost ?? error)
    }
  }

  async #failed(instance: Instance, error: unknown): Promise<BaseError> {
    const aborted: unknown = instance.loading.signal.reason
    const reason = aborted instanceof BaseError ? aborted : asBaseError(error)
    await this.#unload(instance, reason)
    return reason
  }

  async #onExit(instance: Instance, summary: string): Promise<void> {
    if (instance.state === 'stopping') return
    // A cut tunnel kills the engine; the lease says which peer it was, at most a moment later.
    const lost = instance.allocation === null ? null : await within(instance.allocation.lost, 1000, this.#options.clock)
    const reason =
      lost ??
      new BaseError('ENGINE_EXITED', `The engine for ${instance.model.names[0]} ended: ${summary}`, {
        advice: 'Ask again; the model is loaded anew. The engine log has more.'
      })
    await this.#unload(instance, reason)
  }

  #retain(instance: Instance): () => void {
    instance.users += 1
    instance.cancelIdleTimer?.()
    instance.cancelIdleTimer = null
    let released = false
    return () => {
      if (released) return
      released = true
      instance.users -= 1
      if (instance.users > 0 || this.#instances.get(instance.key) !== instance) return
      if (instance.state === 'loading')
        instance.loading.abort(cancelled(undefined, 'Every client that waited for the model went away.'))
      else this.#startIdleTimer(instance)
    }
  }

  #startIdleTimer(instance: Instance): void {
    const { clock, idleUnloadMs } = this.#options
    instance.idleSince = clock.now()
    this.#options.onChange(this.#view(instance))
    if (instance.kept || !Number.isFinite(idleUnloadMs)) return
    instance.cancelIdleTimer = clock.after(idleUnloadMs, () => {
      void this.#unload(instance, cancelled(undefined, 'It was idle.'))
    })
  }

  #unload(instance: Instance, reason: BaseError): Promise<void> {
    if (this.#instances.get(instance.key) !== instance) return Promise.resolve()
    this.#instances.delete(instance.key)
    instance.state = 'stopping'
    instance.forgetLoaded?.()
    instance.cancelIdleTimer?.()
    instance.loading.abort(reason)
    instance.end(reason)
    const closing = this.#free(instance, reason).finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
    return closing
  }

  async #free(instance: Instance, reason: BaseError): Promise<void> {
    const graceMs = isBaseError(reason, 'CANCELLED') ? 1000 : 0
    await instance.server?.stop(graceMs)
    if (instance.allocation === null) return
    await instance.allocation.release()
    this.#options.log.info({ model: instance.model.names[0], reason: reason.message }, 'model unloaded')
    this.#options.onGone(this.#view(instance), reason.message)
  }

  #view(instance: Instance): InstanceView {
    const { allocation } = instance
    if (allocation === null) throw new Error('an instance without a plan has no view')
    const { idleUnloadMs } = this.#options
    const idle = instance.users === 0 && instance.state === 'ready' && !instance.kept && Number.isFinite(idleUnloadMs)
    return {
      modelId: instance.model.id,
      modelName: allocation.plan.modelName,
      state: instance.state,
      plan: allocation.plan,
      activeRequests: instance.users,
      loadedAt: instance.loadedAt,
      idleUnloadAt: idle ? instance.idleSince + idleUnloadMs : null,
      leases: allocation.leases()
    }
  }
}

function instanceKey(model: StoredModel, purpose: Purpose): string {
  return `${model.id}:${purpose}`
}

const pending: Promise<never> = new Promise(() => {})

const daemonStopping = (): BaseError => cancelled(undefined, 'The daemon is stopping.')

function asBaseError(error: unknown): BaseError {
  if (error instanceof BaseError) return error
  return new BaseError('INTERNAL', 'Loading the model failed.', {
    cause: error
  })
}
