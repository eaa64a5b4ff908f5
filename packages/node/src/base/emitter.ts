/** Where an emitter reports a listener that threw; a `Log` is one. */
export interface ListenerFailures {
  error(facts: object, message: string): void
}

/** Typed events. A listener that throws is reported and keeps nobody else from hearing. */
export interface Emitter<Events extends object> {
  emit<K extends keyof Events>(event: K, payload: Events[K]): void
  /** @returns a function that removes the listener. */
  on<K extends keyof Events>(event: K, listener: (payload: Events[K]) => void): () => void
}

export function createEmitter<Events extends object>(failures: ListenerFailures): Emitter<Events> {
  const listeners: { [K in keyof Events]?: Set<(payload: Events[K]) => void> } = {}
  return {
    emit: (event, payload) => {
      for (const listener of [...(listeners[event] ?? [])]) {
        try {
          listener(payload)
        } catch (error) {
          failures.error({ event, error: String(error) }, 'an event listener failed')
        }
      }
    },
    on: (event, listener) => {
      const set = listeners[event] ?? new Set()
      listeners[event] = set
      set.add(listener)
      return () => {
        set.delete(listener)
      }
    }
  }
}
