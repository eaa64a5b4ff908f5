import { z } from 'zod'
import { BaseError } from '../../errors/index.ts'
import { maxModelReferenceLength, modelReferenceSchema } from '../../facts/models/index.ts'
import type { JsonScan } from './json-scan.ts'

/** What the gateway reads of a request; everything else belongs to the engine. */
export interface RequestHead {
  readonly model: string
  readonly stream: boolean
}

/**
 * Deepest nesting of a request body. llama.cpp v0.5.0 turns JSON schemas into grammars by
 * recursion: 12,000 levels (0.3 MB) end the whole engine process. Real schemas stay under 50.
 * @internal For its test.
 */
export const maxRequestDepth = 128

/**
 * Most objects and arrays in a request body: parsed, each costs up to 60 bytes where the text has 3.
 * @internal For its test.
 */
export const maxRequestContainers = 1_000_000

const streamSchema = z.boolean().nullish()

/**
 * Refuse, before it is parsed, a body that would cost far more than its size.
 * @throws BaseError REQUEST_MALFORMED | REQUEST_TOO_LARGE
 */
export function checkRequestShape({ depth, containers }: Pick<JsonScan, 'depth' | 'containers'>): void {
  if (depth > maxRequestDepth) {
    throw malformed(
      `The request body is nested deeper than ${maxRequestDepth} levels.`,
      'Send a flatter schema or message.',
      null
    )
  }
  if (containers > maxRequestContainers) {
    throw new BaseError('REQUEST_TOO_LARGE', `The request body has more than ${maxRequestContainers} parts.`)
  }
}

/**
 * Read `model` and `stream` of a parsed body.
 * @throws BaseError REQUEST_MALFORMED, with details.param
 */
export function readRequestHead(body: unknown): RequestHead {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw malformed('The request body is not a JSON object.', 'Send an object with at least "model".', null)
  }
  const model = modelReferenceSchema.safeParse(own(body, 'model'))
  if (!model.success) {
    throw malformed(
      own(body, 'model') === undefined
        ? 'The request names no model.'
        : `"model" is not a text of 1 to ${maxModelReferenceLength} characters.`,
      'Set "model" to a name that GET /v1/models lists.',
      'model'
    )
  }
  const stream = streamSchema.safeParse(own(body, 'stream'))
  if (!stream.success) throw malformed('"stream" is not true or false.', 'Correct it or leave it out.', 'stream')
  return { model: model.data, stream: stream.data === true }
}

/** Never through the prototype: a body may hold `__proto__`. */
function own(body: object, field: string): unknown {
  return Object.hasOwn(body, field) ? (body as Readonly<Record<string, unknown>>)[field] : undefined
}

function malformed(what: string, advice: string, param: string | null): BaseError {
  return new BaseError('REQUEST_MALFORMED', what, { advice, details: { param } })
}
