import { Duplex } from 'node:stream'
import { type FramedStream, maxFrameBytes } from '../p2p/types.ts'

/** Bytes that wait on each side; yamux has its own window beneath. */
const bufferBytes = 256 * 1024

/** A framed stream as plain bytes: half-closable, with the back-pressure of the stream beneath. */
export function framedDuplex(stream: FramedStream): Duplex {
  const gone = new AbortController()
  const { signal } = gone
  return new Duplex({
    allowHalfOpen: true,
    readableHighWaterMark: bufferBytes,
    writableHighWaterMark: bufferBytes,
    read() {
      readSome(stream, signal).then(
        (chunk) => this.push(chunk),
        (error: Error) => this.destroy(error)
      )
    },
    write(chunk: Buffer, _encoding, done) {
      writeAll(stream, chunk, signal).then(() => done(), done)
    },
    // What piled up while the stream was full goes in fewer, larger frames: a tenth less CPU in bulk.
    writev(chunks, done) {
      writeAll(stream, Buffer.concat(chunks.map(({ chunk }) => chunk)), signal).then(() => done(), done)
    },
    final(done) {
      stream.closeWrite().then(() => done(), done)
    },
    destroy(error, done) {
      const whole = this.readableEnded && this.writableFinished
      gone.abort()
      if (error === null && whole) stream.close().then(() => done(null), done)
      else {
        stream.abort(error ?? new Error('The connection was cut.'))
        done(error)
      }
    }
  })
}

async function readSome(stream: FramedStream, signal: AbortSignal): Promise<Uint8Array | null> {
  for (;;) {
    const frame = await stream.readFrame({ signal })
    // An empty chunk would end the reading for good.
    if (frame === null || frame.length > 0) return frame
  }
}

async function writeAll(stream: FramedStream, chunk: Buffer, signal: AbortSignal): Promise<void> {
  for (let start = 0; start < chunk.length; start += maxFrameBytes) {
    await stream.writeFrame(chunk.subarray(start, start + maxFrameBytes), { signal })
  }
}
