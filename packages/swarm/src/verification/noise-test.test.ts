import { describe, expect, it } from 'vitest'
import { calibrateNoise, type LogprobPair, noiseDegrees, noisePower, noiseTest, noiseThreshold } from './noise-test.ts'
import { frequency, seededRandom, tolerance } from './testing/seeded-random.ts'

const noise = { clip: 0.008, rms: 0.002, kurtosis: 3 }

function pairs(count: number, rms: number, draw: () => number): readonly LogprobPair[] {
  return Array.from({ length: count }, () => ({ claimed: -50 + rms * draw(), recomputed: -50 }))
}

describe('Test A', () => {
  // Table of thresholds that the swarm was designed with.
  it.each([
    [32, 1.63, 0.92],
    [64, 1.44, 0.999]
  ])('with %i positions rejects above %f times the noise and finds twice the noise', (positions, factor, power) => {
    const plan = { alpha: 1e-6, positions, kurtosis: 3 }
    expect(noiseThreshold(plan)).toBeCloseTo(factor, 2)
    expect(noisePower(plan, 2)).toBeGreaterThan(power)
    expect(noisePower(plan, 1)).toBeCloseTo(1e-6, 12)
  })

  it.each([
    ['honest', 1],
    ['noisier', 1.3]
  ])('rejects %s providers as often as it says', (_, factor) => {
    const random = seededRandom(11)
    const plan = { alpha: 0.01, positions: 32, kurtosis: 3 }
    const trials = 6000
    const rejected = frequency(
      trials,
      () => noiseTest(pairs(32, factor * noise.rms, random.normal), noise, 0.01).rejected
    )
    const expected = noisePower(plan, factor)
    expect(Math.abs(rejected - expected)).toBeLessThan(tolerance(expected, trials))
  })

  it('finds twice the noise nearly as often as it says, though differences are clipped', () => {
    const random = seededRandom(12)
    const plan = { alpha: 1e-6, positions: 32, kurtosis: 3 }
    const found = frequency(4000, () => noiseTest(pairs(32, 2 * noise.rms, random.normal), noise, 1e-6).rejected)
    expect(noisePower(plan, 2) - found).toBeLessThan(0.05)
    expect(noisePower(plan, 2) - found).toBeGreaterThan(0)
  })

  // Noise with a kurtosis of 6. Unclipped, and taken for normal, it condemns the honest ten times too often.
  it.each([
    ['taken for normal', { clip: 1e3, rms: 1, kurtosis: 3 }, 0.03, 0.2],
    ['calibrated', calibrateNoise(pairs(50_000, 1, seededRandom(13).laplace), 0.5), 0, 0.015]
  ])('noise with outliers, %s', (_, given, least, most) => {
    const random = seededRandom(14)
    const falseAlarms = frequency(4000, () => noiseTest(pairs(64, 1, random.laplace), given, 0.01).rejected)
    expect(falseAlarms).toBeGreaterThanOrEqual(least)
    expect(falseAlarms).toBeLessThan(most)
  })

  it('has fewer degrees of freedom where there are outliers', () => {
    expect(noiseDegrees(64, 3)).toBe(64)
    expect(noiseDegrees(64, 6)).toBeCloseTo(25.6)
  })

  it('reports ratio and p-value', () => {
    const { ratio, pValue } = noiseTest(
      pairs(32, 0.003, () => 1),
      noise,
      1e-6
    )
    expect(ratio).toBeCloseTo(1.5, 9)
    // P(chi-square with 32 degrees > 72), by scipy 1.17.1.
    expect(pValue).toBeCloseTo(6.52853e-5, 10)
  })

  it('takes a token that cannot be for a difference, not for infinity', () => {
    const impossible = [{ claimed: Number.NEGATIVE_INFINITY, recomputed: Number.NEGATIVE_INFINITY }]
    expect(noiseTest(impossible, noise, 1e-6).ratio).toBe(0)
    expect(noiseTest([{ claimed: -1, recomputed: Number.NEGATIVE_INFINITY }], noise, 1e-6).ratio).toBeCloseTo(4)
  })

  it.each([
    ['no pair', [], noise, 1e-6],
    ['a log-probability above 0', [{ claimed: 0.1, recomputed: -1 }], noise, 1e-6],
    ['NaN', [{ claimed: Number.NaN, recomputed: -1 }], noise, 1e-6],
    ['no noise', pairs(4, 0, () => 0), { ...noise, rms: 0 }, 1e-6],
    ['an alpha of 0', pairs(4, 0, () => 0), noise, 0],
    ['no clip', pairs(4, 0, () => 0), { ...noise, clip: Number.NaN }, 1e-6],
    ['a kurtosis of 1', pairs(4, 0, () => 0), { ...noise, kurtosis: 1 }, 1e-6]
  ])('refuses %s', (_, given, measured, alpha) => {
    expect(() => noiseTest(given, measured, alpha)).toThrow(
      expect.objectContaining({ code: 'VERIFICATION_OUT_OF_RANGE' })
    )
  })
})

describe('calibration', () => {
  it('of machines that do not differ at all is refused', () => {
    expect(() =>
      calibrateNoise(
        pairs(9, 0, () => 0),
        0.9
      )
    ).toThrow(expect.objectContaining({ code: 'VERIFICATION_OUT_OF_RANGE' }))
  })

  it('covers the true noise as often as its confidence says', () => {
    const random = seededRandom(13)
    const covered = frequency(1000, () => calibrateNoise(pairs(200, 0.002, random.normal), 0.99).rms >= 0.002)
    // A sample's kurtosis above 3 widens the interval, so it covers rather more.
    expect(covered).toBeGreaterThan(0.99 - tolerance(0.99, 1000))
  })

  it('of much is close, of little is lenient', () => {
    const random = seededRandom(14)
    expect(calibrateNoise(pairs(20_000, 0.002, random.normal), 0.999).rms / 0.002).toBeCloseTo(1.017, 1)
    expect(calibrateNoise(pairs(10, 0.002, random.normal), 0.999).rms / 0.002).toBeGreaterThan(1.5)
  })

  it('sees outliers, but for what is clipped', () => {
    const random = seededRandom(15)
    expect(calibrateNoise(pairs(20_000, 1, random.laplace), 0.99).kurtosis).toBeCloseTo(5.1, 0)
  })
})
