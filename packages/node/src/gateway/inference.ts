import { BaseError } from '@unhosted/core/errors'
import type { InferenceRoute } from '@unhosted/core/openai'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { within } from '../base/index.ts'
import { readRequest } from '../router/index.ts'
import type { InferenceRequest } from '../router/types.ts'
import { type AnswerOutcome, writeAnswer } from './answer.ts'
import type { GatewayLimits, GatewayOptions } from './types.ts'

/** Request headers that mean something to the engine. */
const passedHeaders = ['accept', 'anthropic-version', 'anthropic-beta'] as const

/** How long stopping waits for clients that take nothing and work that does not end, ms. */
const stopGraceMs = 1000

/** The requests that models answer, and what ends them. */
export interface Inference {
  answer(route: InferenceRoute, request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** End what runs, and wait until each client has been told, at most `stopGraceMs`. */
  stop(): Promise<void>
}

export function createInference(options: GatewayOptions, limits: GatewayLimits): Inference {
  const { dispatcher, clock, log } = options
  const running = new Map<AbortController, Promise<unknown>>()
  return {
    async answer(route, { id, body, headers }, reply) {
      const request = toInferenceRequest(route, body, headers)
      reply.hijack()
      const { raw } = reply
      const controller = new AbortController()
      const onClose = (): void => controller.abort()
      raw.once('close', onClose)
      // A response fails only with its connection; without a listener that would end the daemon.
      raw.on('error', onClose)
      const startedAt = clock.now()
      const answered = writeAnswer({ dispatcher, route, request, raw, signal: controller.signal, clock, limits })
      running.set(controller, answered)
      const outcome = await answered
      running.delete(controller)
      raw.off('close', onClose)
      const durationMs = clock.now() - startedAt
      const { status, modelName, servedBy } = outcome
      logOutcome(log, { id, path: route.path, durationMs }, outcome)
      options.onRequest({ event: 'request', path: route.path, modelName, servedBy, status, durationMs })
    },
    async stop() {
      for (const controller of running.keys()) controller.abort()
      await within(Promise.all(running.values()), stopGraceMs, clock)
    }
  }
}

function toInferenceRequest(
  route: InferenceRoute,
  body: unknown,
  headers: FastifyRequest['headers']
): InferenceRequest {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    throw new BaseError('REQUEST_MALFORMED', 'Compressed request bodies are not supported.', {
      advice: 'Send the JSON uncompressed.'
    })
  }
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  const { model, stream } = readRequest(bytes)
  const passed: Record<string, string> = { 'content-type': 'application/json' }
  for (const name of passedHeaders) {
    const value = headers[name]
    if (typeof value === 'string') passed[name] = value
  }
  return {
    path: route.upstreamPath,
    headers: passed,
    body: bytes,
    model,
    stream: stream && route.streams,
    from: 'client'
  }
}

function logOutcome(
  log: GatewayOptions['log'],
  facts: { readonly id: string; readonly path: string; readonly durationMs: number },
  { status, modelName, servedBy, error }: AnswerOutcome
): void {
  const all = { ...facts, status, model: modelName, servedBy, code: error?.code ?? null }
  if (error?.code === 'INTERNAL') log.error({ ...all, err: error.cause }, 'a request met a fault')
  else log.info(all, error === null ? 'request answered' : 'request failed')
}
