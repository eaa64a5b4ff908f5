import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { BaseError } from '@unhosted/core/errors'
import type { ZodType } from 'zod'
import { encodeFrame, FrameDecoder } from './frame-decoder.ts'
import { type FramedStream, maxFrameBytes } from './framed-stream.ts'

/** Received and not yet asked for beyond this, the other side is told to wait. */
const highWaterBytes = 256 * 1024
/** How long a polite close waits for the other side before it resets. */
const closeTimeoutMs = 5000

export interface FramedStreamInit {
  readonly stream: Stream
  readonly remotePeerId: string
  readonly localAddress: string | null
  readonly remoteAddress: string | null
  /** A frame that has begun must be whole within this time. */
  readonly frameTimeoutMs: number
}

type ReadOptions = { readonly signal: AbortSignal; readonly timeoutMs?: number }

/** FramedStream over a libp2p stream. Bytes stay in the muxer, and so with the sender, until they are read. */
export class Libp2pFramedStream implements FramedStream {
  readonly remotePeerId: string
  readonly localAddress: string | null
  readonly remoteAddress: string | null
  readonly ended: Promise<Error | null>
  readonly #stream: Stream
  readonly #frameTimeoutMs: number
  readonly #decoder = new FrameDecoder()
  #reading = false
  #wake: (() => void) | null = null
  /** undefined while open; null after a polite end. */
  #closed: Error | null | undefined

  constructor(init: FramedStreamInit) {
    this.#stream = init.stream
    this.#frameTimeoutMs = init.frameTimeoutMs
    this.remotePeerId = init.remotePeerId
    this.localAddress = init.localAddress
    this.remoteAddress = init.remoteAddress
    const { stream } = init
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('end', this.#onEnd)
    this.ended = new Promise((resolve) => {
      const onClose = (event: StreamCloseEvent): void => {
        this.#closed = event.error ?? null
        this.#wake?.()
        stream.removeEventListener('end', this.#onEnd)
        resolve(this.#closed)
      }
      stream.addEventListener('close', onClose, { once: true })
      if (stream.status !== 'open' && stream.status !== 'closing') {
        this.#closed = stream.status === 'closed' ? null : lost('The stream was reset.')
        resolve(this.#closed)
      }
    })
  }

  async readFrame(options: ReadOptions): Promise<Uint8Array | null> {
    if (this.#reading) throw new Error('one reader at a time')
    this.#reading = true
    try {
      return await this.#readFrame(options)
    } finally {
      this.#reading = false
      this.#regulate()
    }
  }

  async readJson<T>(schema: ZodType<T>, options: ReadOptions): Promise<T> {
    const frame = await this.readFrame(options)
    if (frame === null) throw broken('the stream ended where a message was due')
    let value: unknown
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(frame))
    } catch (error) {
      throw broken('a message is not JSON', error)
    }
    const parsed = schema.safeParse(value)
    if (!parsed.success) throw broken('a message has the wrong shape', parsed.error)
    return parsed.data
  }

  async writeFrame(payload: Uint8Array, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    if (payload.byteLength > maxFrameBytes) throw new RangeError(`a frame holds at most ${maxFrameBytes} bytes`)
    if (signal.aborted) throw cancelled(signal.reason)
    try {
      this.#stream.send(encodeFrame(payload))
    } catch (error) {
      throw lost('The connection to the peer ended.', error)
    }
    while (this.#stream.writableNeedsDrain && this.#closed === undefined) await this.#drained(signal)
    if (this.#closed instanceof Error) throw lost('The connection to the peer ended.', this.#closed)
  }

  async writeJson(value: unknown, options: { readonly signal: AbortSignal }): Promise<void> {
    await this.writeFrame(new TextEncoder().encode(JSON.stringify(value)), options)
  }

  async closeWrite(): Promise<void> {
    try {
      await this.#stream.close({ signal: AbortSignal.timeout(closeTimeoutMs) })
    } catch (error) {
      this.abort(asError(error))
    }
  }

  async close(): Promise<void> {
    await this.closeWrite()
    if (this.#closed !== undefined) return
    // What still comes is of no interest; the muxer drops it once nobody can read it.
    this.#stream.removeEventListener('message', this.#onMessage)
    this.#decoder.clear()
    const reset = setTimeout(() => this.abort(new Error('the peer did not close the stream')), closeTimeoutMs)
    reset.unref()
    void this.ended.then(() => clearTimeout(reset))
    await this.#stream.closeRead()
  }

  abort(reason: Error): void {
    this.#decoder.clear()
    this.#stream.abort(reason)
  }

  async #readFrame({ signal, timeoutMs }: ReadOptions): Promise<Uint8Array | null> {
    const deadline = timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs
    let frameDeadline = Number.POSITIVE_INFINITY
    while (true) {
      const frame = this.#decoder.next()
      if (frame instanceof Uint8Array) return frame
      if (frame !== null) throw this.#fault(frame.fault)
      if (signal.aborted) throw cancelled(signal.reason)
      if (this.#closed instanceof Error) throw lost('The connection to the peer ended.', this.#closed)
      if (this.#stream.readableEnded || (this.#closed === null && this.#stream.readBufferLength === 0)) {
        if (this.#decoder.bufferedBytes > 0) throw this.#fault('the stream ended inside a frame')
        return null
      }
      const partial = this.#decoder.bufferedBytes > 0
      if (partial && frameDeadline === Number.POSITIVE_INFINITY)
        frameDeadline = performance.now() + this.#frameTimeoutMs
      const until = Math.min(deadline, partial ? frameDeadline : Number.POSITIVE_INFINITY)
      if (performance.now() >= until) {
        if (partial) throw this.#fault('a frame came too slowly')
        throw lost(`The peer was silent for ${timeoutMs} ms.`, undefined, { silent: true })
      }
      await this.#woken(signal, until)
    }
  }

  /** Waits for bytes, an end, the signal, or the deadline; the caller looks which it was. */
  #woken(signal: AbortSignal, until: number): Promise<void> {
    return new Promise((resolve) => {
      const delay = until - performance.now()
      const wake = (): void => {
        this.#wake = null
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const timer = Number.isFinite(delay) ? setTimeout(wake, Math.max(0, delay) + 1) : undefined
      signal.addEventListener('abort', wake, { once: true })
      this.#wake = wake
      if (this.#stream.readStatus === 'paused') this.#stream.resume()
    })
  }

  #drained(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const { promise, settle } = this.#listenForDrain(signal)
      promise.then(resolve, reject).finally(settle)
    })
  }

  #listenForDrain(signal: AbortSignal): { promise: Promise<void>; settle: () => void } {
    const stream = this.#stream
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // The stream sends what it holds in a microtask after its drain event: look again after that.
    const onDrain = (): void => queueMicrotask(resolve)
    const onClose = (): void => resolve()
    const onAbort = (): void => reject(cancelled(signal.reason))
    stream.addEventListener('drain', onDrain)
    stream.addEventListener('close', onClose)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    return {
      promise,
      settle: () => {
        stream.removeEventListener('drain', onDrain)
        stream.removeEventListener('close', onClose)
        signal.removeEventListener('abort', onAbort)
      }
    }
  }

  readonly #onMessage = (event: StreamMessageEvent): void => {
    this.#decoder.append(event.data)
    this.#regulate()
    this.#wake?.()
  }

  readonly #onEnd = (): void => this.#wake?.()

  /** A reader in need of more always gets more; without one, a bounded amount waits here. */
  #regulate(): void {
    if (this.#stream.readStatus !== 'readable' || this.#reading) return
    if (this.#decoder.bufferedBytes >= highWaterBytes) this.#stream.pause()
  }

  #fault(what: string): BaseError {
    const error = broken(what)
    this.abort(error)
    return error
  }
}

function broken(what: string, cause?: unknown): BaseError {
  return new BaseError('PEER_PROTOCOL', `A peer broke the protocol: ${what}.`, {
    advice: 'Check that both machines run the same version of Unhosted.',
    cause
  })
}

function lost(what: string, cause?: unknown, details?: Readonly<Record<string, unknown>>): BaseError {
  return new BaseError('PEER_LOST', what, {
    advice: 'Check that the other machine is on and that unhosted serve runs there.',
    cause,
    ...(details === undefined ? {} : { details })
  })
}

function cancelled(cause: unknown): BaseError {
  return new BaseError('CANCELLED', 'The operation was cancelled.', { advice: 'Ask again.', cause })
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
