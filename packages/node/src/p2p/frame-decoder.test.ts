import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeFrame, FrameDecoder } from './frame-decoder.ts'
import { maxFrameBytes } from './framed-stream.ts'

function decodeAll(chunks: readonly Uint8Array[]): Uint8Array[] {
  const decoder = new FrameDecoder()
  const frames: Uint8Array[] = []
  for (const chunk of chunks) {
    decoder.append(chunk)
    for (let frame = decoder.next(); frame instanceof Uint8Array; frame = decoder.next()) frames.push(frame)
  }
  return frames
}

describe('frames', () => {
  it('come out as they went in, wherever the stream is cut', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 8 })
    fc.assert(
      fc.property(payloads, fc.integer({ min: 1, max: 300 }), (frames, step) => {
        const wire = Buffer.concat(frames.map((frame) => encodeFrame(frame).subarray()))
        const chunks: Uint8Array[] = []
        for (let at = 0; at < wire.length; at += step) chunks.push(wire.subarray(at, at + step))
        expect(decodeAll(chunks).map((frame) => [...frame])).toEqual(frames.map((frame) => [...frame]))
      })
    )
  })

  it('may be as long as the limit and no longer', () => {
    const decoder = new FrameDecoder()
    decoder.append(encodeFrame(new Uint8Array(maxFrameBytes)))
    expect(decoder.next()).toHaveLength(maxFrameBytes)
    decoder.append(encodeFrame(new Uint8Array(maxFrameBytes + 1)).sublist(0, 4))
    expect(decoder.next()).toMatchObject({ fault: expect.stringContaining('more than') })
  })

  it.each([
    ['a length of four bytes', [0xff, 0xff, 0xff, 0x01]],
    ['a length that never ends', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80]],
    ['a length over the limit', [0xff, 0xff, 0x7f]]
  ])('refuses %s before its payload comes', (_id, bytes) => {
    const decoder = new FrameDecoder()
    decoder.append(Uint8Array.from(bytes))
    expect(decoder.next()).toHaveProperty('fault')
  })
})
