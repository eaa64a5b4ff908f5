import { BaseError } from '@unhosted/core/errors'
import type { ZodType } from 'zod'
import type { FramedStream } from '../streams/framed-stream.ts'

/** One end of a stream in memory: what is written at one end is read at the other. */
class PairedStream implements FramedStream {
  readonly remotePeerId: string
  readonly localAddress = null
  readonly remoteAddress = null
  readonly ended: Promise<Error | null>
  readonly #end = Promise.withResolvers<Error | null>()
  readonly #frames: Uint8Array[] = []
  #wake: (() => void) | null = null
  #isClosed = false
  #other: PairedStream = this

  constructor(remotePeerId: string) {
    this.remotePeerId = remotePeerId
    this.ended = this.#end.promise
  }

  join(other: PairedStream): void {
    this.#other = other
  }

  async readFrame(): Promise<Uint8Array | null> {
    while (this.#frames.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#frames.shift() ?? null
  }

  async readJson<T>(schema: ZodType<T>): Promise<T> {
    const frame = await this.readFrame()
    if (frame === null) throw new BaseError('PEER_LOST', 'The stream ended.', { advice: 'Try again.' })
    return schema.parse(JSON.parse(new TextDecoder().decode(frame)))
  }

  async writeFrame(payload: Uint8Array): Promise<void> {
    this.#other.#frames.push(payload)
    this.#other.#wake?.()
  }

  async writeJson(value: unknown): Promise<void> {
    await this.writeFrame(new TextEncoder().encode(JSON.stringify(value)))
  }

  async closeWrite(): Promise<void> {
    this.#other.#close(null)
  }

  async close(): Promise<void> {
    this.#close(null)
    this.#other.#close(null)
  }

  abort(reason: Error): void {
    this.#close(reason)
    this.#other.#close(reason)
  }

  #close(reason: Error | null): void {
    this.#isClosed = true
    this.#wake?.()
    this.#end.resolve(reason)
  }
}

/** Both ends of a stream between `hereId` and `thereId`, in memory; no timeouts, no bounds. */
export function streamPair(
  hereId: string,
  thereId: string
): { readonly here: FramedStream; readonly there: FramedStream } {
  const here = new PairedStream(thereId)
  const there = new PairedStream(hereId)
  here.join(there)
  there.join(here)
  return { here, there }
}
