import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { BaseError, cancelled, isBaseError } from '@unhosted/core/errors'
import { decode, encode } from 'it-length-prefixed'
import { pipe } from 'it-pipe'
import { Uint8ArrayList } from 'uint8arraylist'
import type { ZodType } from 'zod'
import { type Clock, nextTurn, withTimeLimit } from '../../base/index.ts'
import { type FramedStream, maxFrameBytes } from './framed-stream.ts'

/** A length that fits maxFrameBytes takes at most this many bytes as an unsigned varint. */
const maxLengthBytes = 3
const bounds = { maxDataLength: maxFrameBytes, maxLengthLength: maxLengthBytes }

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
  readonly clock: Clock
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
  readonly #clock: Clock
  /** Frames, cut out of what comes as somebody asks for them. */
  readonly #frames: AsyncGenerator<Uint8ArrayList>
  /** A read that its reader gave up; the next reader takes it over. */
  #pending: Promise<IteratorResult<Uint8ArrayList>> | null = null
  /** Bytes that came and were not yet asked for. */
  #received = new Uint8ArrayList()
  /** Bytes that the decoder holds: whole frames after the one it gave last, or the beginning of one. */
  #decoding = 0
  #reading = false
  /** Set while the decoder waits for bytes. */
  #wake: (() => void) | null = null
  /** Tells the reader that a frame has begun and is not whole. */
  #onPartial: (() => void) | null = null
  /** undefined while open; null after a polite end. */
  #closed: Error | null | undefined

  constructor(init: FramedStreamInit) {
    this.#stream = init.stream
    this.#frameTimeoutMs = init.frameTimeoutMs
    this.#clock = init.clock
    this.remotePeerId = init.remotePeerId
    this.localAddress = init.localAddress
    this.remoteAddress = init.remoteAddress
    const { stream } = init
    const onData = ({ byteLength }: Uint8ArrayList): void => {
      this.#decoding -= byteLength + lengthBytes(byteLength)
    }
    this.#frames = pipe(this.#chunks(), (chunks) => decode(chunks, { ...bounds, onData }))
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
    if (frame === null) throw closed()
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
      this.#stream.send(encode.single(payload, bounds))
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
    // libp2p goes on waiting where the stream is reset with bytes unsent, until the limit.
    const reset = new AbortController()
    void this.ended.then((error) => error !== null && reset.abort(error))
    const limit = { clock: this.#clock, ms: closeTimeoutMs, signal: reset.signal }
    try {
      await withTimeLimit(limit, (signal) => this.#stream.close({ signal }))
    } catch (error) {
      if (this.#closed === undefined) this.abort(asError(error))
    }
  }

  async close(): Promise<void> {
    await this.closeWrite()
    if (this.#closed !== undefined) return
    // What still comes is of no interest; the muxer drops it once nobody can read it.
    this.#stream.removeEventListener('message', this.#onMessage)
    this.#drop()
    const cancel = this.#clock.after(closeTimeoutMs, () => this.abort(new Error('the peer did not close the stream')))
    void this.ended.then(cancel)
    await this.#stream.closeRead()
  }

  abort(reason: Error): void {
    this.#drop()
    this.#stream.abort(reason)
  }

  async #readFrame({ signal, timeoutMs }: ReadOptions): Promise<Uint8Array | null> {
    this.#pending ??= this.#frames.next()
    const pending = this.#pending
    // Where this reader gives up, a fault is for the next one.
    pending.catch(() => undefined)
    const stop = this.#giveUp(signal, timeoutMs)
    try {
      const { done, value } = await Promise.race([pending, stop.promise])
      this.#pending = null
      if (done !== true) return value.slice()
    } catch (error) {
      if (isBaseError(error)) throw error
      throw this.#fault(asError(error).message)
    } finally {
      stop.clear()
    }
    if (this.#closed instanceof Error) throw lost('The connection to the peer ended.', this.#closed)
    return null
  }

  /** Rejects when the reader should wait no longer; what has come by then is read first. */
  #giveUp(signal: AbortSignal, timeoutMs: number | undefined): { promise: Promise<never>; clear: () => void } {
    const { promise, reject } = Promise.withResolvers<never>()
    const cancels: (() => void)[] = []
    // Decoding takes microtasks only, so that one turn later all that is here has been decoded.
    const onAbort = (): void => void nextTurn().then(() => reject(cancelled(signal.reason)))
    const onSilence = (): void => reject(lost(`The peer was silent for ${timeoutMs} ms.`, undefined, { silent: true }))
    const onSlow = (): void => reject(this.#fault('a frame came too slowly'))
    this.#onPartial = () => {
      this.#onPartial = null
      cancels.push(this.#clock.after(this.#frameTimeoutMs, onSlow))
    }
    if (this.#wake !== null) this.#starve()
    if (timeoutMs !== undefined) cancels.push(this.#clock.after(timeoutMs, onSilence))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    // Whoever won the race has been heard.
    promise.catch(() => undefined)
    return {
      promise,
      clear: () => {
        for (const cancel of cancels) cancel()
        signal.removeEventListener('abort', onAbort)
        this.#onPartial = null
      }
    }
  }

  /** What comes, for the decoder. Throws where the stream was reset. */
  async *#chunks(): AsyncGenerator<Uint8ArrayList> {
    while (true) {
      if (this.#received.byteLength > 0) {
        const chunk = this.#received
        this.#received = new Uint8ArrayList()
        this.#decoding += chunk.byteLength
        yield chunk
        continue
      }
      if (this.#closed instanceof Error) throw lost('The connection to the peer ended.', this.#closed)
      if (this.#stream.readableEnded || (this.#closed === null && this.#stream.readBufferLength === 0)) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        this.#starve()
      })
      this.#wake = null
    }
  }

  /** The decoder has nothing left to cut. */
  #starve(): void {
    if (!this.#reading) return
    if (this.#decoding > 0) this.#onPartial?.()
    if (this.#stream.readStatus === 'paused') this.#stream.resume()
  }

  /** Nothing more is read: forget what came. */
  #drop(): void {
    this.#received = new Uint8ArrayList()
    this.#decoding = 0
    void this.#frames.return(undefined)
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
    this.#received.append(event.data)
    this.#regulate()
    this.#wake?.()
  }

  readonly #onEnd = (): void => this.#wake?.()

  /** A reader in need of more always gets more; without one, a bounded amount waits here. */
  #regulate(): void {
    if (this.#stream.readStatus !== 'readable' || this.#reading) return
    if (this.#received.byteLength + this.#decoding >= highWaterBytes) this.#stream.pause()
  }

  #fault(what: string): BaseError {
    const error = broken(what)
    this.abort(error)
    return error
  }
}

/** Length of the varint before a payload of so many bytes. */
function lengthBytes(payloadBytes: number): number {
  if (payloadBytes < 0x80) return 1
  return payloadBytes < 0x4000 ? 2 : 3
}

/** As a machine that was switched off does: no fault of its software. */
function closed(): BaseError {
  return new BaseError('PEER_PROTOCOL', 'The other machine closed the connection where a message was due.', {
    advice: 'See with unhosted peers whether it still runs, and that both run the same version of Unhosted.'
  })
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

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
