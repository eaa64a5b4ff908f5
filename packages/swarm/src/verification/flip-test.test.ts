import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binomialTail } from './distributions.ts'
import { flipPower, flipTest, flipThreshold } from './flip-test.ts'
import { frequency, seededRandom, tolerance } from './testing/seeded-random.ts'

const honestFlipRate = 0.002

describe('Test B', () => {
  // Table of thresholds that the swarm was designed with.
  it.each([
    [64, 4, 9e-6, 0.76],
    [128, 5, 7e-6, 0.98]
  ])('with %i positions rejects at %i flips', (positions, threshold, alpha, power) => {
    const plan = { alpha: 1e-5, positions, honestFlipRate }
    expect(flipThreshold(plan)).toBe(threshold)
    expect(flipPower(plan, honestFlipRate)).toBeCloseTo(alpha, 6)
    expect(flipPower(plan, 0.08)).toBeCloseTo(power, 2)
  })

  it('has the least threshold that keeps alpha', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 1e-4, max: 0.4, noNaN: true }),
        fc.double({ min: 1e-9, max: 0.5, noNaN: true }),
        (positions, rate, alpha) => {
          const threshold = flipThreshold({ positions, honestFlipRate: rate, alpha })
          expect(binomialTail(positions, rate, threshold)).toBeLessThanOrEqual(alpha)
          expect(binomialTail(positions, rate, threshold - 1)).toBeGreaterThan(alpha)
        }
      )
    )
  })

  it.each([
    ['honest', 0.03],
    ['other', 0.1]
  ])('rejects %s providers as often as it says', (_, flipRate) => {
    const random = seededRandom(21)
    const plan = { alpha: 0.05, positions: 64, honestFlipRate: 0.03 }
    const trials = 6000
    const rejected = frequency(trials, () => {
      const matches = Array.from({ length: 64 }, () => random.uniform() >= flipRate)
      return flipTest(matches, plan.honestFlipRate, plan.alpha).rejected
    })
    const expected = flipPower(plan, flipRate)
    expect(Math.abs(rejected - expected)).toBeLessThan(tolerance(expected, trials))
  })

  it('counts', () => {
    const matches = Array.from({ length: 64 }, (_, at) => at >= 4)
    expect(flipTest(matches, honestFlipRate, 1e-5)).toMatchObject({ flips: 4, threshold: 4, rejected: true })
    expect(flipTest(matches.with(0, true), honestFlipRate, 1e-5)).toMatchObject({ flips: 3, rejected: false })
  })

  it('cannot reject by too few positions', () => {
    expect(flipTest([false], 0.002, 1e-5)).toMatchObject({ threshold: 2, rejected: false })
  })

  it.each([
    ['no positions', [], 0.002, 1e-5],
    ['a rate of 0', [true], 0, 1e-5],
    ['an alpha above one half', [true], 0.002, 0.6]
  ])('refuses %s', (_, matches, rate, alpha) => {
    expect(() => flipTest(matches, rate, alpha)).toThrow(expect.objectContaining({ code: 'VERIFICATION_OUT_OF_RANGE' }))
  })
})
