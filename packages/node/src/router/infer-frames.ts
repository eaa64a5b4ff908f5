import { type InferMessage, inferFrameKind } from '@unhosted/core/protocol'
import type { FramedStream } from '../p2p/types.ts'

/** Writes the frames of an answer one after another, each waiting until the stream has room. */
export class InferFrames {
  private readonly stream: FramedStream
  private readonly signal: AbortSignal
  private last: Promise<void> = Promise.resolve()
  private waiting = 0

  constructor(stream: FramedStream, signal: AbortSignal) {
    this.stream = stream
    this.signal = signal
  }

  /** @throws as FramedStream.writeFrame */
  message(message: InferMessage): Promise<void> {
    return this.write(inferFrameKind.message, new TextEncoder().encode(JSON.stringify(message)))
  }

  body(chunk: Uint8Array): Promise<void> {
    return this.write(inferFrameKind.body, chunk)
  }

  /** Say that we are still here, unless other frames wait and say so already. */
  keepalive(): void {
    if (this.waiting > 0 || this.signal.aborted) return
    // A broken stream shows at the next frame that matters.
    this.message({ type: 'keepalive' }).catch(() => {})
  }

  private write(kind: number, payload: Uint8Array): Promise<void> {
    const frame = new Uint8Array(payload.byteLength + 1)
    frame[0] = kind
    frame.set(payload, 1)
    this.waiting += 1
    const written = this.last
      .then(() => this.stream.writeFrame(frame, { signal: this.signal }))
      .finally(() => {
        this.waiting -= 1
      })
    this.last = written.catch(() => {})
    return written
  }
}
