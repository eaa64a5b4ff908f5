import { z } from 'zod'
import { BaseError } from '../../errors/index.ts'

/** llama-server's error: `{ error: { code: 400, message, type, n_ctx?, n_prompt_tokens? } }`. */
const engineErrorSchema = z.object({
  message: z.string().transform((text) => text.slice(0, 1000)),
  type: z.string().max(64).catch(''),
  n_ctx: z.number().optional().catch(undefined),
  n_prompt_tokens: z.number().optional().catch(undefined)
})
type EngineError = z.infer<typeof engineErrorSchema>

/**
 * What an error answer of the engine means to the client who asked. Seen with llama.cpp v0.5.0:
 * wrong JSON types come as 500 `[json.exception...`, images for a text model as 500, a missing
 * `--embeddings` as 501; the official clients repeat a request on any 5xx, so the client's own
 * faults must become 4xx.
 * @param body the parsed answer, or the inner `error` of a stream event
 */
export function engineError(status: number, body: unknown): BaseError {
  const inner = typeof body === 'object' && body !== null && 'error' in body ? body.error : body
  const parsed = engineErrorSchema.safeParse(inner)
  if (!parsed.success) return fault(`The engine answered with status ${status} and no reason.`)
  const error = parsed.data
  if (isOverflow(error)) return overflow(error)
  if (isUnsupported(status, error)) return unsupported(error)
  const reason = asSentence(error.message)
  if (error.type === 'unavailable_error') {
    return new BaseError('ENGINE_START_FAILED', reason, { advice: 'The engine is not ready. Retry in a moment.' })
  }
  if (status < 500 || error.message.includes('[json.exception.')) {
    return new BaseError('REQUEST_MALFORMED', reason)
  }
  return fault(reason)
}

function isOverflow(error: EngineError): boolean {
  return error.type === 'exceed_context_size_error' || /too large to process|context size/i.test(error.message)
}

function isUnsupported(status: number, error: EngineError): boolean {
  return (
    status === 501 ||
    error.type === 'not_supported_error' ||
    /\b(not supported|not support|not OAI compatible)\b/i.test(error.message)
  )
}

function unsupported({ message }: EngineError): BaseError {
  // The engine advises its own flags, which the client cannot set.
  const purpose = /does not support (embeddings|reranking)/.exec(message)?.[1]
  const what = purpose === undefined ? asSentence(message) : `This model is not served for ${purpose}.`
  return new BaseError('NOT_SUPPORTED', what)
}

function overflow(error: EngineError): BaseError {
  const { n_ctx: contextSize, n_prompt_tokens: promptTokens } = error
  const what =
    contextSize === undefined || promptTokens === undefined
      ? asSentence(error.message)
      : `The prompt has ${promptTokens} tokens; the context holds ${contextSize}.`
  return new BaseError('CONTEXT_OVERFLOW', what, {
    advice: 'Shorten the prompt, or serve the model with a larger context: unhosted serve --ctx N.',
    details: { param: 'messages', contextSize: contextSize ?? null, promptTokens: promptTokens ?? null }
  })
}

function fault(what: string): BaseError {
  return new BaseError('ENGINE_FAULT', what)
}

function asSentence(message: string): string {
  const text = message.replace(/^\[json\.exception\.[\w.]+\] /, '')
  return /[.!?]$/.test(text) ? text : `${text}.`
}
