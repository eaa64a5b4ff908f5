import { z } from 'zod'
import { BaseError } from './base-error.ts'
import { isErrorCode } from './registry.ts'

/** An error as the control API, `--json` and other machines write it. Other fields are dropped. */
export const errorDocumentSchema = z.object({
  code: z.string().max(64),
  message: z.string().max(16_384),
  advice: z.string().max(16_384)
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
