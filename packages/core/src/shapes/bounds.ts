import { z } from 'zod'
import { maxTextLength } from '../errors/index.ts'

// Bounds of what is read from outside where a fact has no narrower one of its own. They keep memory bounded; they
// promise nothing.

export const boundedText = z.string().max(maxTextLength)
/** A name, an address, a path: one line. */
export const boundedLine = z.string().max(4096)
/** A list in an answer of the daemon. */
export const boundedList = <T extends z.ZodType>(item: T) => z.array(item).max(65_536)
/** Unix time, or a span of time, ms. */
export const boundedMs = z.number().min(0)
export const count = z.number().int().min(0)
