import { BaseError } from '@unhosted/core/errors'
import { type AnonymousFacts, anonymousFactsSchema, type ModelFacts } from '@unhosted/core/models'
import { type Clock, systemClock } from '../base/index.ts'
import { type GgufPart, ggufSet } from './gguf-set.ts'
import { ChildFailure, runChild } from './run-child.ts'
import { sha256File } from './sha256.ts'

/** A header of 256 MiB, the most that is accepted, takes seconds to parse; more time is an attack. */
const silenceMs = 60_000
const heapMiB = 768

export interface InspectOptions {
  readonly signal: AbortSignal
  /** Default the system's. */
  readonly clock?: Clock
}

/**
 * Facts of a GGUF file, or of the split model that it is a part of, its sha256 included.
 * The parser runs in a process of its own, with bounded memory and time.
 * @throws BaseError MODEL_INVALID with the reason | CANCELLED
 */
export async function inspectGguf(path: string, options: InspectOptions): Promise<ModelFacts> {
  const parts = await ggufSet(path)
  const facts = await inspectParts(parts, options)
  return { ...facts, id: await sha256File(parts[0]?.path ?? path, options) }
}

/** The same without hashing. @throws BaseError MODEL_INVALID | CANCELLED */
export async function inspectParts(parts: readonly GgufPart[], options: InspectOptions): Promise<AnonymousFacts> {
  try {
    const result = await runChild({
      module: 'inspect-child',
      request: { paths: parts.map((part) => part.path) },
      heapMiB,
      silenceMs,
      onProgress: () => {},
      clock: options.clock ?? systemClock,
      signal: options.signal
    })
    return anonymousFactsSchema.parse(result)
  } catch (error) {
    if (!(error instanceof ChildFailure)) throw error
    const why = error.reason === 'silent' ? 'took too long to read' : 'could not be read'
    throw new BaseError('MODEL_INVALID', `${parts[0]?.fileName} ${why}: its header is damaged or hostile.`, {
      cause: error
    })
  }
}
