import { BaseError } from '@unhosted/core/errors'

/** What an aborted operation of the store ends with. */
export function cancelled(cause: unknown): BaseError {
  return new BaseError('CANCELLED', 'The operation was cancelled.', { cause })
}
