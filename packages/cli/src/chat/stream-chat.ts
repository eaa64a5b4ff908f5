import { BaseError, cancelled, isErrorCode } from '@unhosted/core/errors'
import { createSseDecoder } from '@unhosted/core/openai'
import { z } from 'zod'

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface ChatRequest {
  /** Root of the gateway: `http://127.0.0.1:7777`. */
  readonly endpoint: string
  readonly apiKey: string | null
  readonly model: string
  readonly messages: readonly ChatMessage[]
  readonly maxTokens: number | null
  readonly temperature: number | null
  readonly seed: number | null
}

export interface ChatOptions {
  readonly signal: AbortSignal
  /** Text as it comes; not yet safe for a terminal. */
  readonly onText: (text: string) => void
  /** Monotonic clock, ms. */
  readonly now: () => number
}

export interface ChatAnswer {
  readonly text: string
  /** `x-unhosted-served-by` and `x-unhosted-plan`; null where the endpoint did not say. */
  readonly servedBy: string | null
  readonly plan: string | null
  readonly promptTokens: number | null
  readonly completionTokens: number | null
  /** From the request to the first text; null where none came. */
  readonly firstTextMs: number | null
  /** Generation speed, tokens after the first over the time they took; null for fewer than two. */
  readonly tokensPerSecond: number | null
  readonly finishReason: string | null
}

const chunkSchema = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        delta: z.looseObject({ content: z.string().nullish() }).optional(),
        finish_reason: z.string().nullish()
      })
    )
    .optional(),
  usage: z.looseObject({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
  error: z.unknown().optional()
})
const errorSchema = z.looseObject({
  error: z.looseObject({ message: z.string(), unhosted_code: z.string().nullish() })
})

/**
 * One streamed chat completion through the OpenAI endpoint.
 * @throws BaseError what the endpoint answered with, CANCELLED, or DAEMON_NOT_RUNNING
 */
export async function streamChat(request: ChatRequest, options: ChatOptions): Promise<ChatAnswer> {
  const started = options.now()
  try {
    const response = await post(request, options.signal)
    return await readStream(response, started, options)
  } catch (error) {
    if (error instanceof BaseError) throw error
    if (options.signal.aborted) throw cancelled(error)
    throw new BaseError('DAEMON_NOT_RUNNING', `The endpoint ${request.endpoint} does not answer.`, {
      advice: 'Check whether the daemon is running: unhosted status',
      cause: error
    })
  }
}

async function post(request: ChatRequest, signal: AbortSignal): Promise<Response> {
  const { endpoint, apiKey, model, messages, maxTokens, temperature, seed } = request
  const response = await fetch(`${endpoint}/v1/chat/completions`, {
    method: 'POST',
    signal,
    headers: {
      'content-type': 'application/json',
      ...(apiKey !== null && { authorization: `Bearer ${apiKey}` })
    },
    body: JSON.stringify({
      model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
      ...(maxTokens !== null && { max_tokens: maxTokens }),
      ...(temperature !== null && { temperature }),
      ...(seed !== null && { seed })
    })
  })
  if (!response.ok) throw endpointError(await response.json())
  return response
}

async function readStream(response: Response, started: number, { onText, now }: ChatOptions): Promise<ChatAnswer> {
  const decoder = createSseDecoder()
  let text = ''
  let firstAt: number | null = null
  let lastAt = started
  let usage: { readonly prompt_tokens: number; readonly completion_tokens: number } | null = null
  let finishReason: string | null = null
  for await (const piece of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    for (const { data } of decoder.push(piece)) {
      if (data === '[DONE]') continue
      const chunk = chunkSchema.parse(JSON.parse(data))
      if (chunk.error !== undefined) throw endpointError(chunk)
      usage = chunk.usage ?? usage
      const choice = chunk.choices?.[0]
      finishReason = choice?.finish_reason ?? finishReason
      const content = choice?.delta?.content ?? ''
      if (content === '') continue
      lastAt = now()
      firstAt ??= lastAt
      text += content
      onText(content)
    }
  }
  const generated = usage === null ? 0 : usage.completion_tokens - 1
  const seconds = firstAt === null ? 0 : (lastAt - firstAt) / 1000
  return {
    text,
    servedBy: response.headers.get('x-unhosted-served-by'),
    plan: response.headers.get('x-unhosted-plan'),
    promptTokens: usage?.prompt_tokens ?? null,
    completionTokens: usage?.completion_tokens ?? null,
    firstTextMs: firstAt === null ? null : firstAt - started,
    tokensPerSecond: generated > 0 && seconds > 0 ? generated / seconds : null,
    finishReason
  }
}

function endpointError(body: unknown): BaseError {
  const parsed = errorSchema.safeParse(body)
  if (!parsed.success) {
    return new BaseError('INTERNAL', 'The endpoint sent an answer that does not parse.', {
      advice: 'Check with unhosted status that the daemon listens on that port.',
      cause: parsed.error
    })
  }
  const { unhosted_code: code, message } = parsed.data.error
  if (code === 'API_KEY_REFUSED')
    return new BaseError(code, message, { advice: 'Set UNHOSTED_API_KEY to a valid key.' })
  // The endpoint's message says what to do as well.
  return new BaseError(typeof code === 'string' && isErrorCode(code) ? code : 'INTERNAL', message, { advice: '' })
}
