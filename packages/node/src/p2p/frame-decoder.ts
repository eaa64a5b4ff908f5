import { Uint8ArrayList } from 'uint8arraylist'
import { maxFrameBytes } from './framed-stream.ts'

/** A length that fits maxFrameBytes takes at most this many bytes as an unsigned varint. */
const maxLengthBytes = 3

/** Cuts a byte stream into frames (unsigned varint length, then payload) without ever holding more than it was given. */
export class FrameDecoder {
  readonly #received = new Uint8ArrayList()

  get bufferedBytes(): number {
    return this.#received.byteLength
  }

  append(bytes: Uint8Array | Uint8ArrayList): void {
    this.#received.append(bytes)
  }

  clear(): void {
    this.#received.consume(this.#received.byteLength)
  }

  /** @returns a whole frame, null where more bytes are needed, or why the bytes are no frame. */
  next(): Uint8Array | null | { readonly fault: string } {
    const header = this.#readLength()
    if (header === null || 'fault' in header) return header
    const end = header.size + header.length
    if (this.#received.byteLength < end) return null
    const payload = this.#received.slice(header.size, end)
    this.#received.consume(end)
    return payload
  }

  #readLength(): { size: number; length: number } | null | { fault: string } {
    let length = 0
    for (let index = 0; index < maxLengthBytes; index++) {
      if (index >= this.#received.byteLength) return null
      const byte = this.#received.get(index)
      length += (byte & 0x7f) * 2 ** (7 * index)
      if (byte < 0x80) {
        if (length > maxFrameBytes) return { fault: `a frame of ${length} bytes, more than ${maxFrameBytes}` }
        return { size: index + 1, length }
      }
    }
    return { fault: 'a length that is no varint of three bytes' }
  }
}

/** The frame on the wire; the payload is not copied. */
export function encodeFrame(payload: Uint8Array): Uint8ArrayList {
  const header: number[] = []
  let rest = payload.byteLength
  while (rest >= 0x80) {
    header.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  header.push(rest)
  return new Uint8ArrayList(Uint8Array.from(header), payload)
}
