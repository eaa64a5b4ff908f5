import type { ServerResponse } from 'node:http'
import { BaseError } from '@unhosted/core/errors'
import { engineError, type InferenceRoute, scanJson, toBaseError } from '@unhosted/core/openai'
import type { Clock } from '../base/index.ts'
import type { Dispatcher, InferenceRequest, InferenceResponse } from '../router/types.ts'
import { type AnswerWriter, createAnswerWriter } from './answer-writer.ts'
import { createEventFilter } from './event-filter.ts'
import type { GatewayLimits } from './types.ts'

/** Largest error answer of the engine that is read, bytes. */
const maxErrorBytes = 1024 * 1024

export interface AnswerOptions {
  readonly dispatcher: Dispatcher
  readonly route: InferenceRoute
  readonly request: InferenceRequest
  /** The client's; from here on only this module writes to it. */
  readonly raw: ServerResponse
  /** Aborts when the client goes or the gateway stops. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly limits: GatewayLimits
}

export interface AnswerOutcome {
  readonly status: number
  readonly modelName: string
  /** Machine name; empty where the request got to none. */
  readonly servedBy: string
  /** What went wrong; null for a whole answer. */
  readonly error: BaseError | null
}

/** Have one request answered and write the answer, whatever happens. Never rejects. */
export async function writeAnswer(options: AnswerOptions): Promise<AnswerOutcome> {
  const { dispatcher, route, request, raw, signal, clock, limits } = options
  const writer = createAnswerWriter({ raw, dialect: route.dialect, stream: request.stream, clock, limits })
  let servedBy = ''
  let modelName = request.model
  let status = 200
  try {
    const response = await dispatcher.dispatch(request, {
      signal,
      onPlacement: (placement) => {
        servedBy = placement.servedBy.machine
        modelName = placement.modelName
        writer.place(placement)
      }
    })
    servedBy = response.placement.servedBy.machine
    modelName = response.placement.modelName
    writer.place(response.placement)
    status = response.status
    await passOn(response, writer, options)
    return { status, modelName, servedBy, error: null }
  } catch (thrown) {
    const error = signal.aborted || raw.destroyed ? cancelled(raw, thrown) : toBaseError(thrown)
    await writer.fail(error)
    return { status: error.status, modelName, servedBy, error }
  } finally {
    writer.release()
  }
}

async function passOn(response: InferenceResponse, writer: AnswerWriter, options: AnswerOptions): Promise<void> {
  const { route, request, limits } = options
  if (response.status >= 400) throw await readEngineError(response)
  const contentType = response.headers['content-type'] ?? 'application/json; charset=utf-8'
  if (request.stream) return await passEvents(response, writer, options)
  if (route.streams) {
    // Answers of these endpoints carry the engine's own name for the model, and arrive in one piece anyway.
    const body = await collect(response.body, limits.maxHeldAnswerBytes)
    return await writer.send(response.status, contentType, renamed(body, request.model))
  }
  writer.begin(response.status, contentType)
  for await (const chunk of response.body) await writer.write(chunk)
  await writer.end()
}

async function passEvents(response: InferenceResponse, writer: AnswerWriter, options: AnswerOptions): Promise<void> {
  const filter = createEventFilter(options.route.dialect, options.request.model)
  for await (const chunk of response.body) {
    const events = filter.push(chunk)
    if (events.byteLength === 0) continue
    // Not before: comments go on until there is something to say, and an early fault keeps its status.
    writer.begin(response.status, 'text/event-stream')
    const catchUp = writer.write(events)
    if (catchUp !== undefined) await catchUp
  }
  if (!filter.finished) {
    throw new BaseError('ENGINE_EXITED', 'The answer stopped before its end.', {
      advice: 'Ask again; what has come so far is not the whole answer.'
    })
  }
  await writer.end()
}

async function readEngineError(response: InferenceResponse): Promise<BaseError> {
  const body = await collect(response.body, maxErrorBytes)
  let parsed: unknown = null
  try {
    parsed = JSON.parse(body.toString('utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return engineError(response.status, parsed)
}

async function collect(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxBytes) {
      throw new BaseError('ENGINE_FAULT', 'The answer is larger than the gateway holds.', {
        advice: 'Ask for less at once, or ask for a stream.'
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The answer under the name that the client asked for. */
function renamed(body: Buffer, model: string): Buffer {
  const { model: found } = scanJson(body)
  if (found === null) return body
  return Buffer.concat([body.subarray(0, found.start), Buffer.from(JSON.stringify(model)), body.subarray(found.end)])
}

function cancelled(raw: ServerResponse, cause: unknown): BaseError {
  const what = raw.destroyed ? 'The client hung up.' : 'The daemon is stopping.'
  return new BaseError('CANCELLED', what, { cause })
}
