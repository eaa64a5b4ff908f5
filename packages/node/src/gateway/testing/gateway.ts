import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServableModel } from '@unhosted/core/control'
import { BaseError } from '@unhosted/core/errors'
import { systemClock } from '../../base/index.ts'
import { silentLog } from '../../log/index.ts'
import type { Dispatcher, InferenceRequest, InferenceResponse, Placement } from '../../router/types.ts'
import { createGateway } from '../gateway.ts'
import type { Gateway, GatewayConfig, GatewayOptions, RequestEvent } from '../types.ts'

/** Builders for tests of the gateway; nothing of the product uses this. */

export const tinyId = `sha256:${'a'.repeat(64)}`

const tinyModel: ServableModel = {
  id: tinyId,
  names: ['tiny', 'tiny:latest'],
  sizeBytes: 3_751_904,
  holders: [{ peerId: '12D3KooWtest', machine: 'laptop', loaded: false }]
}

export const placement: Placement = {
  modelId: tinyId,
  modelName: 'tiny',
  servedBy: { peerId: '12D3KooWtest', machine: 'laptop' },
  plan: 'solo CPU'
}

const loopbackConfig: GatewayConfig = {
  host: '127.0.0.1',
  port: 0,
  apiKeysFile: null,
  allowedHosts: [],
  allowedOrigins: []
}

export type Dispatch = Dispatcher['dispatch']

/** A dispatcher that answers with what `dispatch` says, and remembers what it was asked. */
export function fakeDispatcher(dispatch: Dispatch): Dispatcher & { readonly asked: InferenceRequest[] } {
  const asked: InferenceRequest[] = []
  return {
    asked,
    models: async () => [tinyModel],
    dispatch: (request, options) => {
      asked.push(request)
      return dispatch(request, options)
    }
  }
}

/** An answer as the engine would give it. */
export function answer(
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  head: { readonly status?: number; readonly contentType?: string } = {}
): InferenceResponse {
  return {
    status: head.status ?? 200,
    headers: { 'content-type': head.contentType ?? 'application/json; charset=utf-8' },
    body: toBytes(chunks),
    placement
  }
}

async function* toBytes(
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

/** Throws `error` where the next chunk would be. */
export async function* chunksThen(chunks: readonly string[], error: BaseError): AsyncGenerator<string> {
  yield* chunks
  throw error
}

/** Settles when the signal aborts, as an engine does whose client is gone. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const cancel = (): void => reject(new BaseError('CANCELLED', 'The request was cancelled.'))
    if (signal.aborted) cancel()
    else signal.addEventListener('abort', cancel, { once: true })
  })
}

export interface TestGateway extends AsyncDisposable {
  readonly gateway: Gateway
  readonly events: RequestEvent[]
}

export function testGateway(
  dispatcher: Dispatcher,
  options: Partial<Omit<GatewayOptions, 'config'>> & { readonly config?: Partial<GatewayConfig> } = {}
): TestGateway {
  const events: RequestEvent[] = []
  const gateway = createGateway({
    log: silentLog,
    clock: systemClock,
    self: { peerId: '12D3KooWself', name: 'test machine' },
    onRequest: (event) => events.push(event),
    ...options,
    dispatcher,
    config: { ...loopbackConfig, ...options.config }
  })
  return { gateway, events, [Symbol.asyncDispose]: () => gateway.stop() }
}

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'unhosted-gateway-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
