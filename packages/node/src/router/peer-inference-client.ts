import { BaseError, cancelled } from '@unhosted/core/errors'
import {
  fromWireError,
  type InferMessage,
  type InferRequestMessage,
  inferChunkBytes,
  inferFrameKind,
  inferMessageSchema,
  inferPaths,
  inferProtocol,
  inferRequestHeaders,
  inferSilenceMs,
  maxInferBodyBytes,
  type WireError
} from '@unhosted/core/protocol'
import type { FramedStream, PeerHost } from '../p2p/types.ts'
import type { InferenceRequest, InferenceResponse, Placement } from './types.ts'

type Frame =
  | { readonly kind: 'body'; readonly bytes: Uint8Array }
  | { readonly kind: 'message'; readonly message: InferMessage }

/**
 * Have a paired peer answer a request. Aborting `signal`, or leaving the body early, resets the
 * stream, which frees the slot over there.
 * @throws BaseError PEER_UNKNOWN | PEER_UNREACHABLE | PEER_REFUSED | PEER_LOST | PEER_PROTOCOL | CANCELLED,
 *   REQUEST_TOO_LARGE | ROUTE_UNKNOWN before anything is sent, and whatever the peer says went wrong
 */
export async function askPeer(
  host: Pick<PeerHost, 'open'>,
  peerId: string,
  request: InferenceRequest,
  options: { readonly signal: AbortSignal; readonly onPlacement: (placement: Placement) => void }
): Promise<InferenceResponse> {
  const header = headerOf(request)
  const stream = await host.open(peerId, inferProtocol, { signal: options.signal })
  const detach = abortWith(stream, options.signal)
  try {
    return await exchange(stream, header, request.body, { ...options, detach })
  } catch (error) {
    detach()
    stream.abort(error instanceof Error ? error : new Error(String(error)))
    throw options.signal.aborted ? givenUp(options.signal) : error
  }
}

function headerOf(request: InferenceRequest): InferRequestMessage {
  const path = inferPaths.find((known) => known === request.path)
  if (path === undefined) {
    throw new BaseError('ROUTE_UNKNOWN', `Peers do not serve ${request.path}.`, {
      advice: 'Download the model to this machine to use that endpoint.'
    })
  }
  if (request.body.byteLength > maxInferBodyBytes) {
    throw new BaseError('REQUEST_TOO_LARGE', 'The request is larger than a peer accepts.')
  }
  const headers: InferRequestMessage['headers'] = {}
  for (const name of inferRequestHeaders) {
    const value = request.headers[name]
    if (value !== undefined) headers[name] = value
  }
  return { path, headers, bodyBytes: request.body.byteLength }
}

/** The answer may come before the whole body was sent: a refusal does. */
async function exchange(
  stream: FramedStream,
  header: InferRequestMessage,
  body: Uint8Array,
  options: {
    readonly signal: AbortSignal
    readonly onPlacement: (placement: Placement) => void
    readonly detach: () => void
  }
): Promise<InferenceResponse> {
  const { signal } = options
  // A stream that cannot be written cannot be read either, so a failure to send shows below.
  send(stream, header, body, signal).catch(() => {})
  for (;;) {
    const frame = await readFrame(stream, signal)
    if (frame === null || frame.kind === 'body') throw broken('the answer began without a head')
    const { message } = frame
    if (message.type === 'placement') options.onPlacement(checked(message.placement, stream))
    else if (message.type === 'end') {
      throw message.error === null ? broken('the answer ended without a head') : failureOf(message.error)
    } else if (message.type === 'head') {
      const { status, headers, placement } = message
      return { status, headers, placement: checked(placement, stream), body: readBody(stream, options) }
    }
  }
}

async function send(
  stream: FramedStream,
  header: InferRequestMessage,
  body: Uint8Array,
  signal: AbortSignal
): Promise<void> {
  await stream.writeJson(header, { signal })
  for (let start = 0; start < body.byteLength; start += inferChunkBytes) {
    await stream.writeFrame(body.subarray(start, start + inferChunkBytes), { signal })
  }
}

async function* readBody(
  stream: FramedStream,
  { signal, detach }: { readonly signal: AbortSignal; readonly detach: () => void }
): AsyncGenerator<Uint8Array> {
  let whole = false
  try {
    for (;;) {
      const frame = await readFrame(stream, signal)
      if (frame === null) throw lost()
      if (frame.kind === 'body') yield frame.bytes
      else if (frame.message.type === 'end') {
        if (frame.message.error !== null) throw failureOf(frame.message.error)
        whole = true
        return
      } else if (frame.message.type !== 'keepalive') throw broken('a second head came within the answer')
    }
  } catch (error) {
    throw signal.aborted ? givenUp(signal) : error
  } finally {
    detach()
    if (whole) await stream.close()
    else stream.abort(new Error('the answer is no longer wanted'))
  }
}

async function readFrame(stream: FramedStream, signal: AbortSignal): Promise<Frame | null> {
  const frame = await stream.readFrame({ signal, timeoutMs: inferSilenceMs })
  if (frame === null) return null
  const rest = frame.subarray(1)
  if (frame[0] === inferFrameKind.body) return { kind: 'body', bytes: rest }
  if (frame[0] !== inferFrameKind.message) throw broken('a frame of unknown kind')
  try {
    const message = inferMessageSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rest)))
    return { kind: 'message', message }
  } catch (error) {
    throw broken('a message has the wrong shape', error)
  }
}

/** A request never hops twice, so the peer that was asked is the peer that serves. */
function checked(placement: Placement, stream: FramedStream): Placement {
  if (placement.servedBy.peerId !== stream.remotePeerId) throw broken('it names another machine as the one that serves')
  return placement
}

/** What the peer says went wrong. That it cancelled the request means to us that we lost it. */
function failureOf(wire: WireError): BaseError {
  return wire.code === 'CANCELLED' ? lost() : fromWireError(wire)
}

/** Reset the stream when `signal` aborts, also while nobody reads the body. */
function abortWith(stream: FramedStream, signal: AbortSignal): () => void {
  const onAbort = (): void => stream.abort(givenUp(signal))
  signal.addEventListener('abort', onAbort, { once: true })
  const detach = (): void => signal.removeEventListener('abort', onAbort)
  stream.ended.then(detach)
  if (signal.aborted) onAbort()
  return detach
}

function broken(what: string, cause?: unknown): BaseError {
  return new BaseError('PEER_PROTOCOL', `The peer broke the inference protocol: ${what}.`, {
    cause
  })
}

function lost(): BaseError {
  return new BaseError('PEER_LOST', 'The peer ended in the middle of an answer.')
}

function givenUp({ reason }: AbortSignal): BaseError {
  return cancelled(reason, 'The request was cancelled.')
}
