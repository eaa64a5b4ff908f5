import { request as httpRequest, type IncomingMessage } from 'node:http'
import { BaseError } from '@unhosted/core/errors'
import type { LlamaServer } from '../engine/types.ts'
import type { InferenceRequest } from './types.ts'

/** Headers of the engine's answer that mean something to a client; the others are hop by hop or its own. */
const keptHeaders = ['content-type', 'cache-control', 'retry-after'] as const

export interface EngineResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /**
   * Bytes as the engine sends them; at most one socket buffer (64 KiB) is read ahead. Leaving the
   * loop early closes the connection. Throws ENGINE_EXITED when cut short, CANCELLED on abort.
   */
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * Pass a request to a llama-server as it is, on a connection of its own: closing that connection
 * is how the engine learns that the slot is free, and the engine drops idle ones after 5 s anyway.
 * The signal must stay good until the body has been read or given up.
 * @throws BaseError ENGINE_EXITED | CANCELLED
 */
export async function forwardToEngine(options: {
  readonly listen: LlamaServer['listen']
  readonly request: Pick<InferenceRequest, 'path' | 'headers' | 'body'>
  readonly signal: AbortSignal
}): Promise<EngineResponse> {
  const { request, signal } = options
  let response: IncomingMessage
  try {
    response = await send(options)
  } catch (error) {
    throw upstreamError(error, signal, `The engine closed the connection on ${request.path}.`)
  }
  const headers: Record<string, string> = {}
  for (const name of keptHeaders) {
    const value = response.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  return { status: response.statusCode ?? 502, headers, body: readBody(response, signal) }
}

function send({ listen, request, signal }: Parameters<typeof forwardToEngine>[0]): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const address =
      'socketPath' in listen ? { socketPath: listen.socketPath } : { host: '127.0.0.1', port: listen.port }
    const outgoing = httpRequest({
      ...address,
      method: 'POST',
      path: request.path,
      headers: { ...request.headers, host: 'localhost', 'content-length': request.body.byteLength },
      agent: false,
      signal
    })
    outgoing.once('response', resolve)
    // Stays for the life of the connection: after the head, the body reports what went wrong.
    outgoing.on('error', reject)
    outgoing.end(request.body)
  })
}

async function* readBody(response: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk
  } catch (error) {
    throw upstreamError(error, signal, 'The engine stopped in the middle of an answer.')
  }
}

function upstreamError(cause: unknown, signal: AbortSignal, what: string): BaseError {
  if (signal.aborted) {
    return new BaseError('CANCELLED', 'The request was cancelled.', { cause })
  }
  return new BaseError('ENGINE_EXITED', what, {
    advice: 'Ask again; the model is loaded anew. The engine log has the reason.',
    cause
  })
}
