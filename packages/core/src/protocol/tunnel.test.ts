import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeTunnelOpening, encodeTunnelOpening, tunnelOpeningBytes } from './tunnel.ts'

const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((value) => [...value].map((byte) => byte.toString(16).padStart(2, '0')).join(''))

const opening = fc.record({
  purpose: fc.constantFrom('data' as const, 'probe' as const),
  leaseId: hex(16),
  secret: hex(32)
})

it('reads back what it wrote', () => {
  fc.assert(
    fc.property(opening, (value) => {
      expect(decodeTunnelOpening(encodeTunnelOpening(value))).toEqual(value)
    })
  )
})

it('reads any bytes as an opening that writes them again, or as none', () => {
  const bytes = fc.uint8Array({ minLength: tunnelOpeningBytes - 1, maxLength: tunnelOpeningBytes + 1 })
  fc.assert(
    fc.property(bytes, (value) => {
      const decoded = decodeTunnelOpening(value)
      if (decoded !== null) expect(encodeTunnelOpening(decoded)).toEqual(value)
      else expect(value.length !== tunnelOpeningBytes || (value[0] !== 1 && value[0] !== 2)).toBe(true)
    })
  )
})
