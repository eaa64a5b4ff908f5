import type { Clock } from '../pool/index.ts'

/** How long a peer that failed a plan is left out of the next ones, ms. */
const leftOutMs = 30_000

/** Remembers which peers failed a moment ago. */
export interface LostPeers {
  add(peerId: string): void
  has(peerId: string): boolean
}

export function createLostPeers(clock: Clock): LostPeers {
  const lostAt = new Map<string, number>()
  return {
    add: (peerId) => void lostAt.set(peerId, clock.now()),
    has(peerId) {
      const at = lostAt.get(peerId)
      if (at === undefined) return false
      if (clock.now() - at < leftOutMs) return true
      lostAt.delete(peerId)
      return false
    }
  }
}
