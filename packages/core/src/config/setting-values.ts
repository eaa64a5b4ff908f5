import { z } from 'zod'
import { isBaseError } from '../errors/index.ts'
import { bytes, type MemoryLimit, type Millis, millis, parseDuration, parseMemoryLimit } from '../units.ts'

// The kinds of values that settings have. Text is accepted wherever a number, a toggle or a list is, since environment
// variables have nothing else.

/** Text that a parser of units.ts understands, turned into what it gives. */
function unit<T>(parse: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return parse(text)
    } catch (error) {
      if (!isBaseError(error)) throw error
      context.addIssue({ code: 'custom', message: `${error.message} ${error.advice}` })
      return z.NEVER
    }
  })
}

export const wholeNumber = z.union([
  z.number(),
  z.string().regex(/^\d+$/, 'Expected a whole number.').transform(Number)
])
export const port = wholeNumber.pipe(z.number().int().min(0).max(65_535))
export const toggle = z.union([
  z.boolean(),
  z.enum(['true', 'false', '1', '0']).transform((text) => /^(true|1)$/.test(text))
])

/** Most items of a list. */
const maxItems = 64

/** A list, or text with commas. */
export const list = (item: z.ZodString) =>
  z
    .union([
      z.array(z.string()),
      z.string().transform((text) =>
        text
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '')
      )
    ])
    .pipe(z.array(item).max(maxItems))

/** Bytes, `12GiB`, or `80%`. */
export const memoryLimit = z.union([
  z
    .number()
    .int()
    .min(0)
    .transform((value): MemoryLimit => ({ bytes: bytes(value) })),
  unit(parseMemoryLimit)
])

/** Longest time a timer takes, ms; one that is set for longer fires at once. 24.8 days. */
const maxTimerMs = 2 ** 31 - 1
/** Milliseconds, or `15m`. */
export const duration = z
  .union([z.number().int(), unit(parseDuration)])
  .pipe(z.number().min(0).max(maxTimerMs))
  .transform((value): Millis => millis(value))

export const hostText = z.string().min(1).max(255)
export const filePath = z.string().min(1).max(4096)
