import { type Clock, createEmitter, type Part } from '../base/index.ts'
import type { Log } from '../log/index.ts'

/**
 * How long a peer that failed a plan is left out of the next ones, ms.
 * @internal
 */
export const leftOutMs = 30_000

/** Remembers which peers failed a moment ago. */
export interface LostPeers extends Part {
  add(peerId: string): void
  has(peerId: string): boolean
  /** Told when a peer is remembered, and when it is forgotten. @returns a function that removes the listener */
  onChange(listener: (peerId: string) => void): () => void
  /** Forgets all without telling. */
  stop(): Promise<void>
}

export function createLostPeers(options: { readonly clock: Pick<Clock, 'after'>; readonly log: Log }): LostPeers {
  const forget = new Map<string, () => void>()
  const events = createEmitter<{ change: string }>(options.log)
  return {
    name: 'lost peers',
    add(peerId) {
      forget.get(peerId)?.()
      forget.set(
        peerId,
        options.clock.after(leftOutMs, () => {
          forget.delete(peerId)
          events.emit('change', peerId)
        })
      )
      events.emit('change', peerId)
    },
    has: (peerId) => forget.has(peerId),
    onChange: (listener) => events.on('change', listener),
    start: async () => {},
    async stop() {
      for (const cancel of forget.values()) cancel()
      forget.clear()
    }
  }
}
