import type { Clock } from '../../base/index.ts'
import type { Log } from '../../log/index.ts'

const firstDelayMs = 500
const longestDelayMs = 30_000
/** Sightings, which anyone can make up, make it dial this often at most. */
const minIntervalMs = 1000

/** Keeps trying to reach the peers it was asked for, each at its own pace, until it does or they are dropped. */
export interface Reconnector {
  /** Dial this peer from now on until it is connected. */
  keepDialling(peerId: string): void
  /** The peer was sighted: dial it now. */
  dialNow(peerId: string): void
  /** The peer answers: the next loss starts from short delays again. */
  resetDelay(peerId: string): void
  remove(peerId: string): void
  stop(): void
}

interface Attempt {
  failures: number
  /** Cancels the next dial; null where none is scheduled. */
  cancel: (() => void) | null
  dialling: boolean
  /** Clock's elapsed time, ms. */
  dialledAt: number
}

export function createReconnector(options: {
  readonly clock: Clock
  readonly log: Log
  readonly isConnected: (peerId: string) => boolean
  /** @throws anything where it fails */
  readonly connect: (peerId: string, signal: AbortSignal) => Promise<void>
}): Reconnector {
  const { clock } = options
  const attempts = new Map<string, Attempt>()
  const stopping = new AbortController()

  const schedule = (peerId: string, attempt: Attempt, delayMs: number): void => {
    attempt.cancel?.()
    attempt.cancel = clock.after(delayMs, () => void dial(peerId, attempt))
  }
  const dial = async (peerId: string, attempt: Attempt): Promise<void> => {
    attempt.cancel = null
    if (attempt.dialling || options.isConnected(peerId)) return
    attempt.dialling = true
    attempt.dialledAt = clock.elapsed()
    try {
      await options.connect(peerId, stopping.signal)
    } catch (error) {
      options.log.debug({ peerId, failures: attempt.failures, error: String(error) }, 'a paired peer was not reached')
      attempt.failures += 1
      if (attempts.get(peerId) === attempt && !stopping.signal.aborted)
        schedule(peerId, attempt, delayAfter(attempt.failures))
    } finally {
      attempt.dialling = false
    }
  }

  return {
    keepDialling: (peerId) => {
      const attempt = attempts.get(peerId) ?? {
        failures: 0,
        cancel: null,
        dialling: false,
        dialledAt: Number.NEGATIVE_INFINITY
      }
      const isNew = !attempts.has(peerId)
      attempts.set(peerId, attempt)
      if (attempt.cancel !== null) return
      if (!isNew) attempt.failures += 1
      schedule(peerId, attempt, isNew ? 0 : delayAfter(attempt.failures))
    },
    dialNow: (peerId) => {
      const attempt = attempts.get(peerId)
      if (attempt === undefined || attempt.dialling) return
      schedule(peerId, attempt, Math.max(0, attempt.dialledAt + minIntervalMs - clock.elapsed()))
    },
    resetDelay: (peerId) => {
      const attempt = attempts.get(peerId)
      if (attempt !== undefined) attempt.failures = 0
    },
    remove: (peerId) => {
      attempts.get(peerId)?.cancel?.()
      attempts.delete(peerId)
    },
    stop: () => {
      stopping.abort()
      for (const { cancel } of attempts.values()) cancel?.()
      attempts.clear()
    }
  }
}

/** Doubles up to half a minute, and varies by a half, so that machines that lost each other do not dial in step. */
function delayAfter(failures: number): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 10))
  return delay * (0.5 + Math.random())
}
