import { healthWarning } from '@unhosted/core/control'
import { isBaseError } from '@unhosted/core/errors'
import type { Part } from './base/index.ts'
import type { DaemonEvents } from './daemon-events.ts'
import type { Log } from './log/index.ts'
import type { ModelStore } from './models/index.ts'
import type { Instances } from './router/index.ts'

export interface PreloadOptions {
  /** Names or ids of models. */
  readonly references: readonly string[]
  readonly store: Pick<ModelStore, 'find'>
  readonly instances: Pick<Instances, 'keep'>
  readonly events: DaemonEvents
  readonly log: Log
}

/** Loads the models that the owner wants ready, and keeps them, so that the first request need not wait. */
export function createPreload({ references, store, instances, events, log }: PreloadOptions): Part {
  const stopping = new AbortController()
  let loading: Promise<unknown> | null = null

  async function load(reference: string): Promise<void> {
    try {
      await instances.keep(await store.find(reference), stopping.signal)
    } catch (error) {
      if (stopping.signal.aborted) return
      const advice = isBaseError(error) ? error.advice : 'The log in the home folder has more.'
      const reason = error instanceof Error ? error.message : 'unknown error'
      log.warn({ model: reference, err: error }, 'a model could not be preloaded')
      events.emit({ event: 'warning', warning: healthWarning('preload-failed', { model: reference, reason, advice }) })
    }
  }
  return {
    name: 'preload',
    async start() {
      // The daemon is ready without them.
      loading ??= Promise.all(references.map(load))
    },
    async stop() {
      stopping.abort()
      await loading
    }
  }
}
