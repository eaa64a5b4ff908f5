import type { EngineView } from '@unhosted/core/control'
import { BaseError } from '@unhosted/core/errors'
import { untilAborted } from '../base/index.ts'
import type { Log } from '../log/index.ts'
import type { Engine, EngineRunner } from './types.ts'

export interface EngineHostOptions {
  /** Looks where an engine may be; never builds. */
  readonly find: (signal: AbortSignal) => Promise<Engine | null>
  readonly build: (options: {
    readonly signal: AbortSignal
    readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void
  }) => Promise<Engine>
  readonly createRunner: (engine: Engine) => EngineRunner
  readonly onChange: (view: EngineView) => void
  readonly log: Log
}

/** The daemon's engine over time: looked for at the start, built in the background where there is none. */
export interface EngineHost {
  /** Begins; the daemon is of use (pairing, models, requests to peers) before the engine is there. */
  start(): void
  view(): EngineView
  /** null while there is none. */
  current(): EngineRunner | null
  /** Waits for it, a build included. @throws BaseError ENGINE_BUILD_FAILED | ENGINE_MISSING | CANCELLED */
  runner(signal: AbortSignal): Promise<EngineRunner>
  /** Idempotent. */
  stop(): Promise<void>
}

const missing: EngineView = { state: 'missing', version: null, directory: null, source: null, buildProgress: null }

export function createEngineHost(options: EngineHostOptions): EngineHost {
  const stopping = new AbortController()
  let view = missing
  let current: EngineRunner | null = null
  let ready: Promise<EngineRunner> | null = null

  const show = (next: EngineView): void => {
    view = next
    options.onChange(view)
  }

  async function provide(): Promise<EngineRunner> {
    const { signal } = stopping
    try {
      const engine = (await options.find(signal)) ?? (await build(signal))
      signal.throwIfAborted()
      current = options.createRunner(engine)
      const { version, directory, source } = engine
      show({ state: 'ready', version, directory, source, buildProgress: null })
      return current
    } catch (error) {
      if (signal.aborted) throw cancelled()
      show({ ...missing, state: 'failed' })
      options.log.error({ err: error }, 'there is no engine')
      throw error
    }
  }

  async function build(signal: AbortSignal): Promise<Engine> {
    show({ ...missing, state: 'building', buildProgress: { done: 0, total: 1 } })
    return await options.build({
      signal,
      onProgress: ({ done, total }) => show({ ...missing, state: 'building', buildProgress: { done, total } })
    })
  }

  return {
    start() {
      ready ??= provide()
      // Whoever needs the engine meets the failure; until then the view tells it.
      ready.catch(() => {})
    },
    view: () => view,
    current: () => current,
    async runner(signal) {
      if (ready === null) throw cancelled()
      return untilAborted(ready, signal)
    },
    async stop() {
      stopping.abort(cancelled())
      await ready?.catch(() => {})
      await current?.stop()
    }
  }
}

function cancelled(): BaseError {
  return new BaseError('CANCELLED', 'The daemon is stopping.', { advice: 'Start it again.' })
}
