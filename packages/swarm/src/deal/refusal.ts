import { BaseError, type ErrorCode } from '../errors/index.ts'

/** An error whose advice is its code's remedy, so that docs/errors.md and the error say the same. */
export function refusal(code: ErrorCode, what: string, details: Readonly<Record<string, unknown>> = {}): BaseError {
  return new BaseError(code, what, { details })
}
