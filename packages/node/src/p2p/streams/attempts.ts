import type { Clock } from '../../base/index.ts'

/** Counts what strangers try, per address and in all, over the last minute. */
export interface AttemptLimit {
  /** Whether one more is allowed now; it counts then. */
  take(address: string | null): boolean
}

const windowMs = 60_000

export function createAttemptLimit(
  limits: { readonly perAddress: number; readonly inAll: number },
  clock: Clock
): AttemptLimit {
  let attempts: { readonly at: number; readonly address: string | null }[] = []
  return {
    take: (address) => {
      const now = clock.elapsed()
      attempts = attempts.filter(({ at }) => now - at < windowMs)
      const fromThere = attempts.filter((attempt) => attempt.address === address)
      if (attempts.length >= limits.inAll || fromThere.length >= limits.perAddress) return false
      attempts.push({ at: now, address })
      return true
    }
  }
}
