import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeLinkFrame, encodeLinkData, encodeLinkFrame, linkChunkBytes, maxLinkTransferBytes } from './link.ts'

describe('a link frame', () => {
  it.each(['ping', 'pong'] as const)('%s carries its sequence number', (type) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (sequence) => {
        expect(decodeLinkFrame(encodeLinkFrame({ type, sequence }))).toEqual({ type, sequence })
      })
    )
  })

  it.each([
    ['one byte', 1, { type: 'fetch', bytes: 1 }],
    ['as much as is allowed', maxLinkTransferBytes, { type: 'fetch', bytes: maxLinkTransferBytes }],
    ['nothing', 0, null],
    ['more than is allowed', maxLinkTransferBytes + 1, null]
  ])('asks for %s', (_id, bytes, expected) => {
    expect(decodeLinkFrame(encodeLinkFrame({ type: 'fetch', bytes }))).toEqual(expected)
  })

  it('counts filler', () => {
    expect(decodeLinkFrame(encodeLinkData(linkChunkBytes))).toEqual({ type: 'data', bytes: linkChunkBytes })
    expect(decodeLinkFrame(encodeLinkData(0))).toBeNull()
    expect(decodeLinkFrame(encodeLinkData(linkChunkBytes + 1))).toBeNull()
  })

  it('is null for bytes of no known kind, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
        const frame = decodeLinkFrame(bytes)
        if (frame === null) return
        expect([1, 2, 3, 4]).toContain(bytes[0])
      })
    )
  })
})
