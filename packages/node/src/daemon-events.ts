import type { DaemonEvent } from '@unhosted/core/control'

/** What the daemon announces: to whoever started it, and to callers of the control API. */
export interface DaemonEvents {
  emit(event: DaemonEvent): void
  /** @returns a function that removes the listener */
  subscribe(listener: (event: DaemonEvent) => void): () => void
}

export function createDaemonEvents(first: (event: DaemonEvent) => void): DaemonEvents {
  const listeners = new Set([first])
  return {
    emit(event) {
      for (const listener of listeners) listener(event)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}
