import type { Log } from '../log/index.ts'

const firstDelayMs = 500
const longestDelayMs = 30_000
/** News, which anyone can make up, is acted on this often at most. */
const hurryMs = 1000

/** Keeps trying to reach the peers it was asked for, each at its own pace, until it does or they are dropped. */
export interface Reconnector {
  /** Keep this peer connected from now on. */
  want(peerId: string): void
  /** There is news of the peer: try now. */
  hurry(peerId: string): void
  /** The peer answers: the next loss starts from short delays again. */
  succeeded(peerId: string): void
  drop(peerId: string): void
  stop(): void
}

interface Attempt {
  failures: number
  timer: NodeJS.Timeout | null
  dialling: boolean
  /** On the clock of `performance.now`. */
  dialledAt: number
}

export function createReconnector(options: {
  readonly log: Log
  readonly isConnected: (peerId: string) => boolean
  /** @throws anything where it fails */
  readonly connect: (peerId: string, signal: AbortSignal) => Promise<void>
}): Reconnector {
  const attempts = new Map<string, Attempt>()
  const stopping = new AbortController()

  const schedule = (peerId: string, attempt: Attempt, delayMs: number): void => {
    if (attempt.timer !== null) clearTimeout(attempt.timer)
    attempt.timer = setTimeout(() => void dial(peerId, attempt), delayMs)
    attempt.timer.unref()
  }
  const dial = async (peerId: string, attempt: Attempt): Promise<void> => {
    attempt.timer = null
    if (attempt.dialling || options.isConnected(peerId)) return
    attempt.dialling = true
    attempt.dialledAt = performance.now()
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
    want: (peerId) => {
      const attempt = attempts.get(peerId) ?? {
        failures: 0,
        timer: null,
        dialling: false,
        dialledAt: Number.NEGATIVE_INFINITY
      }
      const isNew = !attempts.has(peerId)
      attempts.set(peerId, attempt)
      if (attempt.timer !== null) return
      if (!isNew) attempt.failures += 1
      schedule(peerId, attempt, isNew ? 0 : delayAfter(attempt.failures))
    },
    hurry: (peerId) => {
      const attempt = attempts.get(peerId)
      if (attempt === undefined || attempt.dialling) return
      schedule(peerId, attempt, Math.max(0, attempt.dialledAt + hurryMs - performance.now()))
    },
    succeeded: (peerId) => {
      const attempt = attempts.get(peerId)
      if (attempt !== undefined) attempt.failures = 0
    },
    drop: (peerId) => {
      const attempt = attempts.get(peerId)
      if (attempt !== undefined && attempt.timer !== null) clearTimeout(attempt.timer)
      attempts.delete(peerId)
    },
    stop: () => {
      stopping.abort()
      for (const { timer } of attempts.values()) if (timer !== null) clearTimeout(timer)
      attempts.clear()
    }
  }
}

/** Doubles up to half a minute, and varies by a half, so that machines that lost each other do not dial in step. */
function delayAfter(failures: number): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 10))
  return delay * (0.5 + Math.random())
}
