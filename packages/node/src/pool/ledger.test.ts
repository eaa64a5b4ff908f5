import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createMemoryLedger } from './ledger.ts'
import type { Reservation } from './types.ts'

const limits = { totalBytes: 1000, ownLimitBytes: 800, lendLimitBytes: 500 }

it.each([
  ['own', 801, 'NO_CAPACITY', '801 B asked of CPU, where 800 B of 800 B may still be used'],
  ['lent', 501, 'LEASE_REFUSED', '501 B asked of CPU, where 500 B of 500 B may still be lent']
] as const)('refuses what exceeds the limit for %s, and names what is free', (purpose, bytes, code, message) => {
  const ledger = createMemoryLedger({ limits: () => limits })
  const expected = expect.objectContaining({ code, message: expect.stringContaining(message) })
  expect(() => ledger.reserve('CPU', bytes, purpose)).toThrow(expected)
  expect(ledger.reserve('CPU', bytes - 1, purpose).bytes).toBe(bytes - 1)
})

it('counts what is lent against --memory too', () => {
  const ledger = createMemoryLedger({ limits: () => limits })
  ledger.reserve('CPU', 400, 'own')
  expect(() => ledger.reserve('CPU', 401, 'lent')).toThrow(/400 B of 500 B may still be lent/)
  ledger.reserve('CPU', 400, 'lent')
  expect(() => ledger.reserve('CPU', 1, 'own')).toThrow(/0 B of 800 B/)
})

it('refuses a device that is not there, and amounts that are none', () => {
  const ledger = createMemoryLedger({ limits: () => undefined })
  expect(() => ledger.reserve('CUDA0', 1, 'lent')).toThrow(/no device CUDA0/)
  for (const bytes of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => ledger.reserve('CPU', bytes, 'own')).toThrow(RangeError)
  }
})

it('frees by `using`', () => {
  const ledger = createMemoryLedger({ limits: () => limits })
  {
    using held = ledger.reserve('CPU', 300, 'lent')
    expect(ledger.reserved('CPU')).toEqual({ own: 0, lent: held.bytes })
  }
  expect(ledger.reserved('CPU')).toEqual({ own: 0, lent: 0 })
})

const step = fc.oneof(
  fc.record({
    act: fc.constant('reserve' as const),
    deviceId: fc.constantFrom('CPU', 'CUDA0'),
    bytes: fc.integer({ min: 0, max: 700 }),
    purpose: fc.constantFrom('own' as const, 'lent' as const)
  }),
  fc.record({ act: fc.constant('release' as const), index: fc.nat(20) }),
  fc.record({ act: fc.constant('lower' as const), ownLimitBytes: fc.integer({ min: 0, max: 1000 }) })
)

it('never hands out more than the limits of the moment, and is empty when all is released', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = limits
      const ledger = createMemoryLedger({ limits: () => now })
      const held: Reservation[] = []
      for (const next of steps) {
        if (next.act === 'lower') now = { ...limits, ownLimitBytes: next.ownLimitBytes }
        else if (next.act === 'release') held[next.index]?.release()
        else {
          try {
            held.push(ledger.reserve(next.deviceId, next.bytes, next.purpose))
          } catch {
            continue
          }
          // Nothing can be had of a device whose limit has been lowered below what is held.
          if (next.bytes === 0) continue
          const { own, lent } = ledger.reserved(next.deviceId)
          expect(own + lent).toBeLessThanOrEqual(now.ownLimitBytes)
          if (next.purpose === 'lent') expect(lent).toBeLessThanOrEqual(now.lendLimitBytes)
        }
      }
      for (const reservation of held) reservation.release()
      for (const reservation of held) reservation.release()
      for (const device of ['CPU', 'CUDA0']) expect(ledger.reserved(device)).toEqual({ own: 0, lent: 0 })
    })
  )
})
