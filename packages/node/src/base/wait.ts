import { cancelled } from '@unhosted/core/errors'
import type { Clock } from './clock.ts'

/** Resolves in the next turn of the event loop: after all microtasks, and after I/O that is ready now. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

/** Resolves after `ms`. @throws BaseError CANCELLED when `signal` aborts before */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      cancel()
      reject(cancelled(signal.reason))
    }
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}

/**
 * Run `work` with a signal that aborts with `signal`, and with a TimeoutError after `ms`. The timer is freed when the
 * work ends, which AbortSignal.timeout does not do.
 * @throws what the work throws
 */
export async function withTimeLimit<T>(
  limit: { readonly clock: Clock; readonly ms: number; readonly signal?: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  const { clock, ms, signal } = limit
  const expiry = new AbortController()
  const cancel = clock.after(ms, () => expiry.abort(new DOMException(`${ms} ms have passed`, 'TimeoutError')))
  try {
    return await work(signal === undefined ? expiry.signal : AbortSignal.any([signal, expiry.signal]))
  } finally {
    cancel()
  }
}

/**
 * What `promise` resolves with, or null when that takes longer than `ms`. What it stands for goes on.
 * @throws what the promise rejects with in time
 */
export async function within<T>(promise: Promise<T>, ms: number, clock: Clock): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>()
  const cancel = clock.after(ms, () => resolve(null))
  try {
    return await Promise.race([promise, late])
  } finally {
    cancel()
  }
}
