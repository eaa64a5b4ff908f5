import type { Clock } from '../pool/index.ts'

/** How long a peer that failed a plan is left out of the next ones, ms. */
export const leftOutMs = 30_000

/** Remembers which peers failed a moment ago. */
export interface LostPeers {
  add(peerId: string): void
  has(peerId: string): boolean
  /** Forgets all without telling. Idempotent. */
  stop(): void
}

/** @param onChange told when a peer is remembered, and when it is forgotten */
export function createLostPeers(clock: Pick<Clock, 'after'>, onChange: (peerId: string) => void = () => {}): LostPeers {
  const forget = new Map<string, () => void>()
  return {
    add(peerId) {
      forget.get(peerId)?.()
      forget.set(
        peerId,
        clock.after(leftOutMs, () => {
          forget.delete(peerId)
          onChange(peerId)
        })
      )
      onChange(peerId)
    },
    has: (peerId) => forget.has(peerId),
    stop() {
      for (const cancel of forget.values()) cancel()
      forget.clear()
    }
  }
}
