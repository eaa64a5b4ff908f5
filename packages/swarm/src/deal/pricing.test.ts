import { type PicoUsdc, picoUsdc, toPico } from '@unhosted/core/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  allowedCharge,
  charge,
  isOvercharge,
  laneTotal,
  owedRoundedDown,
  pricesAbove,
  reservationRoundedUp,
  worstCharge
} from './pricing.ts'
import { job, promptTokens, quote, receipts, total } from './testing/sample-deal.ts'

const price = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(picoUsdc)
const prices = fc.record({ inPico: price, outPico: price, cachedPico: price })
const tokens = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const counts = fc.record({ inTokens: tokens, cachedTokens: tokens, outTokens: tokens })
const amount = fc.bigInt({ min: 0n, max: 2n ** 100n }).map(picoUsdc)
const uint128Max = picoUsdc(2n ** 128n - 1n)

describe('charge', () => {
  it('is exact: 200 in at $0.20, 1000 cached at $0.05, 301 out at $0.40 for a million', () => {
    expect(charge(quote, { inTokens: 200, cachedTokens: 1000, outTokens: 301 })).toBe(210_400_000n)
  })

  it('of a whole is the sum of the charges of its parts, so chunks can be cut anywhere', () => {
    fc.assert(
      fc.property(prices, counts, counts, (at, one, other) => {
        const both = {
          inTokens: one.inTokens + other.inTokens,
          cachedTokens: one.cachedTokens + other.cachedTokens,
          outTokens: one.outTokens + other.outTokens
        }
        expect(charge(at, both)).toBe(charge(at, one) + charge(at, other))
      })
    )
  })

  it('never overflows for counts and prices that a receipt and a quote can hold', () => {
    fc.assert(fc.property(prices, counts, (at, done) => charge(at, done) < 2n ** 98n))
  })

  it.each([
    ['a price beyond all', { inPico: picoUsdc(2n ** 128n) }, { inTokens: 1 }],
    ['a negative price', { inPico: picoUsdc(-1n) }, { inTokens: 1 }],
    ['a negative count', {}, { inTokens: -1 }],
    ['half a token', {}, { inTokens: 0.5 }],
    ['tokens that are no number', {}, { inTokens: Number.NaN }]
  ])('with %s is an error, not a wrap', (_id, price, count) => {
    const nothing = { inTokens: 0, cachedTokens: 0, outTokens: 0 }
    const work = () => charge({ ...quote, ...price }, { ...nothing, ...count })
    expect(work).toThrow(
      expect.objectContaining({ code: 'PRICE_OVERFLOW', advice: expect.stringMatching(/Nothing was signed/) })
    )
  })
})

describe('worstCharge', () => {
  it('takes every prompt token as evaluated, and all of the answer', () => {
    expect(worstCharge(quote, { promptTokens, maxOut: 512 })).toBe(444_800_000n)
  })

  it('takes the whole context for a prompt that is not counted', () => {
    expect(worstCharge(quote, { promptTokens: null, maxOut: 0 })).toBe(8192n * 200_000n)
  })

  it('is never below the charge of any job within its bounds, whatever is cached and however odd the prices', () => {
    fc.assert(
      fc.property(prices, tokens, tokens, fc.nat(), fc.nat(), (at, prompt, maxOut, cached, out) => {
        const cachedTokens = cached % (prompt + 1)
        const done = { inTokens: prompt - cachedTokens, cachedTokens, outTokens: out % (maxOut + 1) }
        const worst = worstCharge({ ...at, maxCtx: 0 }, { promptTokens: prompt, maxOut })
        expect(charge(at, done)).toBeLessThanOrEqual(worst)
      })
    )
  })
})

describe('rounding', () => {
  it('reserves 445 for 444.8 micro-USDC, and owes 1211 for 1211.1: on the sum, not on each job', () => {
    expect(reservationRoundedUp(job.maxCharge)).toBe(445n)
    expect(total).toBe(1_211_100_000n)
    expect(owedRoundedDown(total)).toBe(1211n)
  })

  it('owes never more and less than a micro-USDC less, reserves never less and less than one more', () => {
    fc.assert(
      fc.property(amount, (pico) => {
        const short = pico - toPico(owedRoundedDown(pico))
        const over = toPico(reservationRoundedUp(pico)) - pico
        expect(short >= 0n && short < 1_000_000n && over >= 0n && over < 1_000_000n).toBe(true)
      })
    )
  })
})

describe('laneTotal', () => {
  it('adds up', () => {
    expect(laneTotal([])).toBe(0n)
    expect(laneTotal([picoUsdc(1n), picoUsdc(2n)])).toBe(3n)
    expect(laneTotal([uint128Max])).toBe(uint128Max)
  })

  it.each([
    ['a sum of 2^128', [uint128Max, picoUsdc(1n)]],
    ['a negative charge, though the sum is none', [picoUsdc(5n), picoUsdc(-1n)]]
  ])('with %s is an error', (_id, charges: readonly PicoUsdc[]) => {
    expect(() => laneTotal(charges)).toThrow(expect.objectContaining({ code: 'PRICE_OVERFLOW' }))
  })
})

describe('pricesAbove', () => {
  const one = picoUsdc(1n)
  it.each([
    ['nothing at the ceiling itself', {}, []],
    ['input', { inPico: picoUsdc(quote.inPico + one) }, ['inPico']],
    ['output', { outPico: picoUsdc(quote.outPico + one) }, ['outPico']],
    ['cached', { cachedPico: picoUsdc(quote.cachedPico + one) }, ['cachedPico']],
    ['several', { inPico: picoUsdc(2n ** 60n), cachedPico: picoUsdc(2n ** 60n) }, ['inPico', 'cachedPico']]
  ])('names %s', (_id, change, above) => {
    expect(pricesAbove({ ...quote, ...change }, quote)).toEqual(above)
  })
})

describe('isOvercharge', () => {
  const receipt = receipts.at(-1) ?? expect.unreachable()
  it.each([
    ['the quoted price', 210_400_000n, job.maxCharge, false],
    ['less', 210_399_999n, job.maxCharge, false],
    ['a pico-USDC more', 210_400_001n, job.maxCharge, true],
    ['all that its job allows', 210_400_000n, picoUsdc(210_400_000n), false],
    ['a pico-USDC more than its job allows', 210_400_000n, picoUsdc(210_399_999n), true]
  ])('of a receipt that charges %s', (_id, chargedPico, maxCharge, expected) => {
    expect(isOvercharge(quote, { maxCharge }, { ...receipt, chargedPico: picoUsdc(chargedPico) })).toBe(expected)
  })

  it('is judged by the lower of price and limit', () => {
    expect(allowedCharge(quote, job, receipt)).toBe(210_400_000n)
    expect(allowedCharge(quote, { maxCharge: picoUsdc(7n) }, receipt)).toBe(7n)
  })
})
