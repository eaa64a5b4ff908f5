import type { DaemonEvent } from '@unhosted/core/control'
import { createEmitter } from './base/index.ts'
import type { Log } from './log/index.ts'

/** What the daemon announces: to its caller, to callers of the control API, and among its parts. */
export interface DaemonEvents {
  emit(event: DaemonEvent): void
  /** @returns a function that removes the listener */
  subscribe(listener: (event: DaemonEvent) => void): () => void
}

export function createDaemonEvents(log: Log): DaemonEvents {
  const emitter = createEmitter<{ daemon: DaemonEvent }>(log)
  return {
    emit: (event) => emitter.emit('daemon', event),
    subscribe: (listener) => emitter.on('daemon', listener)
  }
}
