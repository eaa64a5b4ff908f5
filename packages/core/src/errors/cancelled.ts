import { BaseError, isBaseError } from './base-error.ts'

/**
 * What an operation throws that was given up: by its caller, or because the daemon stops.
 * @param cause usually the reason of the signal; a CANCELLED error passes through, so that its own words are kept
 * @param what says more than "Cancelled."
 */
export function cancelled(cause?: unknown, what = 'Cancelled.'): BaseError {
  if (isBaseError(cause, 'CANCELLED')) return cause
  return new BaseError('CANCELLED', what, cause === undefined ? {} : { cause })
}
