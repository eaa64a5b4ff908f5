import { BaseError } from '@unhosted/core/errors'
import type { PeerRecord } from '@unhosted/core/peers'
import {
  type InferMessage,
  type InferRequestMessage,
  inferChunkBytes,
  inferKeepaliveMs,
  inferProtocol,
  inferRequestSchema,
  inferResponseHeaders,
  maxInferBodyBytes,
  toWireError
} from '@unhosted/core/protocol'
import type { Clock, Part } from '../base/index.ts'
import type { Log } from '../log/index.ts'
import type { FramedStream, PeerHost, ProtocolHandlerContext } from '../p2p/types.ts'
import { InferFrames } from './infer-frames.ts'
import { readRequest } from './read-request.ts'
import type { Dispatcher, InferenceRequest } from './types.ts'

export interface PeerInferenceLimits {
  /** Requests of one peer at once, the waiting ones included. */
  readonly maxPerPeer: number
  readonly maxRequests: number
  /** Bytes of request bodies of all peers held at once. */
  readonly maxBodyBytes: number
  /** Longest wait for the header, ms. */
  readonly headerMs: number
  /** Longest time that a body may take to arrive, ms. */
  readonly bodyMs: number
}

export const defaultPeerInferenceLimits: PeerInferenceLimits = {
  maxPerPeer: 16,
  maxRequests: 64,
  maxBodyBytes: 4 * maxInferBodyBytes,
  headerMs: 5000,
  bodyMs: 60_000
}

export interface PeerInferenceServerOptions {
  readonly host: PeerHost
  /** Gets requests with `from: { peerId }` and must not pass them on to another peer. */
  readonly dispatch: Dispatcher['dispatch']
  readonly clock: Clock
  readonly log: Log
  readonly limits: PeerInferenceLimits
}

export interface PeerInferenceServer extends Part {
  /** Requests that are being answered now. */
  readonly active: number
  /** Take no more requests, cancel those under way, and wait until they are gone. */
  stop(): Promise<void>
}

/** Answers whole requests of paired peers with the grant `infer`. */
export function createPeerInferenceServer(options: PeerInferenceServerOptions): PeerInferenceServer {
  const { limits } = options
  const active = new Map<Promise<void>, string>()
  const stopping = new AbortController()
  let bodyBytes = 0
  /** Without those whose header has not come: a peer that opens streams and says nothing takes room from itself alone. */
  let answering = 0

  /** All that can be decided from the header, without a gap in which another request could slip through. */
  function admit(header: InferRequestMessage, peer: PeerRecord): void {
    if (!peer.grants.infer) {
      throw new BaseError('PEER_REFUSED', 'This machine does not accept requests from yours.', {
        advice: 'Ask its owner to run this command there: unhosted grant THIS-MACHINE --requests.'
      })
    }
    const ofPeer = [...active.values()].filter((peerId) => peerId === peer.peerId).length
    if (
      ofPeer > limits.maxPerPeer ||
      answering >= limits.maxRequests ||
      bodyBytes + header.bodyBytes > limits.maxBodyBytes
    ) {
      throw new BaseError('NO_CAPACITY', 'That machine is already answering too many requests.', {
        advice: 'Ask again later.'
      })
    }
  }

  async function serve(stream: FramedStream, peer: PeerRecord, signal: AbortSignal): Promise<void> {
    const header = await stream.readJson(inferRequestSchema, { signal, timeoutMs: limits.headerMs })
    const frames = new InferFrames(stream, signal)
    // From the start: a large body may take long on a slow link, and a model long to load.
    const stopKeepalive = options.clock.every(inferKeepaliveMs, () => frames.keepalive())
    try {
      admit(header, peer)
      answering += 1
      bodyBytes += header.bodyBytes
      try {
        const body = await readBody(stream, header.bodyBytes, options, signal)
        await answer(frames, requestOf(header, body, peer), options, signal)
      } finally {
        answering -= 1
        bodyBytes -= header.bodyBytes
      }
    } catch (error) {
      if (signal.aborted) throw error
      options.log.info({ peerId: peer.peerId, path: header.path, code: codeOf(error) }, 'a request of a peer failed')
      await frames.message({ type: 'end', error: toWireError(error) })
    } finally {
      stopKeepalive()
    }
  }

  const handle = async (stream: FramedStream, context: ProtocolHandlerContext): Promise<void> => {
    const task = serve(stream, context.peer, AbortSignal.any([context.signal, stopping.signal]))
    const settled = task.then(
      () => {},
      () => {}
    )
    active.set(settled, context.peer.peerId)
    settled.then(() => active.delete(settled))
    await task
  }
  let stopHandling: (() => void) | null = null

  return {
    name: 'requests of peers',
    get active() {
      return active.size
    },
    async start() {
      stopHandling ??= options.host.handle(inferProtocol, handle)
    },
    async stop() {
      stopHandling?.()
      stopping.abort()
      await Promise.all(active.keys())
    }
  }
}

function requestOf(header: InferRequestMessage, body: Uint8Array, peer: PeerRecord): InferenceRequest {
  const { model, stream } = readRequest(body)
  return { path: header.path, headers: header.headers, body, model, stream, from: { peerId: peer.peerId } }
}

/** The body in one piece; memory is taken as bytes come, not as they are announced. */
async function readBody(
  stream: FramedStream,
  size: number,
  { clock, limits }: PeerInferenceServerOptions,
  signal: AbortSignal
): Promise<Uint8Array> {
  const late = new AbortController()
  const reading = AbortSignal.any([signal, late.signal])
  const stopTimer = clock.after(limits.bodyMs, () => late.abort())
  const chunks: Uint8Array[] = []
  let received = 0
  try {
    while (received < size) {
      const frame = await stream.readFrame({ signal: reading })
      if (frame === null || frame.length === 0) throw malformed('the body is shorter than announced')
      received += frame.length
      if (received > size) throw malformed('the body is longer than announced')
      chunks.push(frame)
    }
    return Buffer.concat(chunks)
  } catch (error) {
    if (late.signal.aborted) throw malformed('the body came too slowly', error)
    throw error
  } finally {
    stopTimer()
  }
}

async function answer(
  frames: InferFrames,
  request: InferenceRequest,
  { dispatch }: PeerInferenceServerOptions,
  signal: AbortSignal
): Promise<void> {
  const response = await dispatch(request, {
    signal,
    // A broken stream shows at the next frame that matters.
    onPlacement: (placement) => frames.message({ type: 'placement', placement }).catch(() => {})
  })
  const { status, placement } = response
  await frames.message({ type: 'head', status, headers: keptHeaders(response.headers), placement })
  for await (const chunk of response.body) {
    for (let start = 0; start < chunk.byteLength; start += inferChunkBytes) {
      await frames.body(chunk.subarray(start, start + inferChunkBytes))
    }
  }
  await frames.message({ type: 'end', error: null })
}

type KeptHeaders = Extract<InferMessage, { type: 'head' }>['headers']

function keptHeaders(headers: Readonly<Record<string, string>>): KeptHeaders {
  const kept: KeptHeaders = {}
  for (const name of inferResponseHeaders) {
    const value = headers[name]
    if (value !== undefined) kept[name] = value
  }
  return kept
}

function codeOf(error: unknown): string {
  return error instanceof BaseError ? error.code : 'INTERNAL'
}

function malformed(what: string, cause?: unknown): BaseError {
  return new BaseError('PEER_PROTOCOL', `A request of a peer breaks the protocol: ${what}.`, {
    cause
  })
}
