import { BaseError, type ErrorCode } from '@unhosted/core/errors'
import type { ZodType } from 'zod'
import { type FramedStream, maxFrameBytes } from '../../p2p/types.ts'

/** What lies between two fake hosts. */
export interface MemoryLink {
  /** IP address that both sides have, null as over a relay. */
  address: string | null
  /** Address at which each sees the other; differs behind a NAT. */
  seenAddress: string | null
  /** While true, frames, ends and resets vanish, as in a partition. */
  silent: boolean
  readonly streams: Set<MemoryStream>
}

/** Bytes in flight one way before a writer waits. */
const windowBytes = 256 * 1024

/** One direction of an in-memory stream. */
class Pipe {
  readonly queue: (Uint8Array | null)[] = []
  queued = 0
  private waiters: (() => void)[] = []

  push(frame: Uint8Array | null): void {
    this.queue.push(frame)
    this.queued += frame?.length ?? 0
    this.wake()
  }

  wake(): void {
    const waiters = this.waiters
    this.waiters = []
    for (const waiter of waiters) waiter()
  }

  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.waiters.push(done)
      signal.addEventListener('abort', done, { once: true })
    })
  }
}

/** One end of an in-memory framed stream, with the faults that a network has. */
export class MemoryStream implements FramedStream {
  readonly remotePeerId: string
  readonly localAddress: string | null
  readonly remoteAddress: string | null
  readonly ended: Promise<Error | null>
  other: MemoryStream | null = null
  private readonly inbox = new Pipe()
  private readonly link: MemoryLink
  private settle: (error: Error | null) => void = () => {}
  private closedHere = false
  private closedThere = false
  private over = false
  private failure: Error | null = null

  constructor(remotePeerId: string, link: MemoryLink) {
    this.remotePeerId = remotePeerId
    this.localAddress = link.address
    this.remoteAddress = link.seenAddress
    this.link = link
    this.ended = new Promise((resolve) => {
      this.settle = resolve
    })
  }

  async readFrame(options: { readonly signal: AbortSignal; readonly timeoutMs?: number }): Promise<Uint8Array | null> {
    const late = options.timeoutMs === undefined ? null : AbortSignal.timeout(options.timeoutMs)
    const signal = late === null ? options.signal : AbortSignal.any([options.signal, late])
    for (;;) {
      if (options.signal.aborted) throw failed('CANCELLED', 'cancelled')
      this.throwIfFailed()
      const frame = this.inbox.queue.shift()
      if (frame === null) return null
      if (frame !== undefined) {
        this.inbox.queued -= frame.length
        this.inbox.wake()
        if (frame.length <= maxFrameBytes) return frame
        const error = failed('PEER_PROTOCOL', 'oversized frame')
        this.abort(error)
        throw error
      }
      if (this.closedThere || this.over) return null
      if (late?.aborted === true) throw failed('PEER_LOST', 'silent')
      await this.inbox.changed(signal)
    }
  }

  async readJson<T>(
    schema: ZodType<T>,
    options: { readonly signal: AbortSignal; readonly timeoutMs?: number }
  ): Promise<T> {
    const frame = await this.readFrame(options)
    try {
      if (frame === null) throw new Error('the stream ended')
      return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(frame)))
    } catch (cause) {
      throw new BaseError('PEER_PROTOCOL', 'malformed message', { advice: 'none', cause })
    }
  }

  async writeFrame(payload: Uint8Array, options: { readonly signal: AbortSignal }): Promise<void> {
    if (this.failure !== null || this.over || this.closedHere) throw failed('PEER_LOST', 'the stream is closed')
    const there = this.other
    if (there === null || this.link.silent) return
    there.inbox.push(payload.slice())
    while (there.inbox.queued > windowBytes && this.failure === null && !this.over) {
      if (options.signal.aborted) throw failed('CANCELLED', 'cancelled')
      await there.inbox.changed(options.signal)
    }
    this.throwIfFailed()
  }

  writeJson(value: unknown, options: { readonly signal: AbortSignal }): Promise<void> {
    return this.writeFrame(new TextEncoder().encode(JSON.stringify(value)), options)
  }

  async closeWrite(): Promise<void> {
    if (this.closedHere || this.over) return
    this.closedHere = true
    const there = this.other
    if (there !== null && !this.link.silent) {
      there.closedThere = true
      there.inbox.push(null)
      if (there.closedHere) {
        this.finish(null)
        there.finish(null)
      }
    }
  }

  async close(): Promise<void> {
    await this.closeWrite()
    this.finish(null)
  }

  abort(reason: Error): void {
    if (this.over) return
    this.fail(reason)
    if (!this.link.silent) this.other?.fail(new Error('the other side reset the stream'))
  }

  fail(reason: Error): void {
    if (this.over) return
    this.failure = reason
    this.finish(reason)
  }

  private throwIfFailed(): void {
    if (this.failure !== null) throw failed('PEER_LOST', this.failure.message)
  }

  private finish(error: Error | null): void {
    if (this.over) return
    this.over = true
    this.link.streams.delete(this)
    this.inbox.wake()
    this.other?.inbox.wake()
    this.settle(error)
  }
}

export function failed(code: ErrorCode, what: string): BaseError {
  return new BaseError(code, what, { advice: 'none' })
}
