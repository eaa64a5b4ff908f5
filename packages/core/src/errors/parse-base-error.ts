import { z } from 'zod'
import { BaseError } from './base-error.ts'
import { isErrorCode } from './registry.ts'

/** Longest text of several sentences that is read from outside, UTF-16 units. */
export const maxTextLength = 16_384

/** An error as the control API, `--json` and other machines write it. Other fields are dropped. */
export const errorDocumentSchema = z.object({
  code: z.string().max(64),
  message: z.string().max(maxTextLength),
  advice: z.string().max(maxTextLength)
})

/**
 * Rebuild an error from its JSON form. A code that this version does not know becomes INTERNAL, its words stay.
 * @returns undefined where the value is not such a document
 */
export function parseBaseError(value: unknown): BaseError | undefined {
  const parsed = errorDocumentSchema.safeParse(value)
  if (!parsed.success) return undefined
  const { code, message, advice } = parsed.data
  return new BaseError(isErrorCode(code) ? code : 'INTERNAL', message, { advice })
}
