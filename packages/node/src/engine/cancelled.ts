import { BaseError } from '@unhosted/core/errors'

/** @throws BaseError CANCELLED when the signal is aborted; `what` is what was going on: `Starting llama-server` */
export function throwIfCancelled(signal: AbortSignal, what: string): void {
  if (signal.aborted) throw cancelled(what, signal.reason)
}

export function cancelled(what: string, cause: unknown): BaseError {
  return new BaseError('CANCELLED', `${what} was cancelled.`, { cause })
}
