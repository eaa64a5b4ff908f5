import { contextSizeSchema, maxContextSize, minContextSize } from '@unhosted/core/config'
import { usageError } from '@unhosted/terminal'

/**
 * The value of `--ctx`, tokens; null where it is not given.
 * @throws BaseError USAGE
 */
export function readContextSize(given: number | undefined): number | null {
  if (given === undefined) return null
  if (contextSizeSchema.safeParse(given).success) return given
  throw usageError(`--ctx takes a whole number of tokens from ${minContextSize} to ${maxContextSize}.`)
}
