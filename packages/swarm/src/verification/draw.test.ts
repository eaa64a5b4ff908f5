import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBaseError } from '../errors/index.ts'
import { type Draw, drawOf, type TokenView } from './draw.ts'
import { inventPosition, supportOf, unfiltered, viewOf } from './testing/invented-model.ts'
import { seededRandom } from './testing/seeded-random.ts'
import type { Sampling } from './token-leaf.ts'
import { scoreMoments, tailScore, tailShares } from './z-test.ts'

const half = { token: 7, logprob: Math.log(0.5) }
const quarter = { token: 9, logprob: Math.log(0.25) }
const view: TokenView = { listed: [half, quarter], vocabulary: 12 }

const anySampling: fc.Arbitrary<Sampling> = fc.record({
  temperatureMicro: fc.constantFrom(300_000, 700_000, 1_000_000, 1_500_000),
  topK: fc.constantFrom(0, 1, 5, 20, 40),
  topPMicro: fc.constantFrom(300_000, 950_000, 1_000_000),
  minPMicro: fc.constantFrom(0, 1000, 50_000)
})

/** Null where the list does not tell. */
function drawOrNull(given: TokenView, sampling: Sampling): Draw | null {
  try {
    return drawOf(given, sampling)
  } catch (error) {
    if (isBaseError(error, 'VERIFICATION_VIEW_TOO_NARROW')) return null
    throw error
  }
}

describe('a draw', () => {
  it('without filters leaves the rest to the unlisted', () => {
    const { listed, listedWeight, tail } = drawOf(view, unfiltered)
    expect(listed.map(({ weight }) => weight)).toEqual([1, 0.5])
    expect(listedWeight).toBe(1.5)
    expect(tail.least).toBeCloseTo(0.5)
    expect(tail.most).toBeCloseTo(0.5)
  })

  it('at another temperature has a tail between spread and packed', () => {
    const { tail } = drawOf(view, { ...unfiltered, temperatureMicro: 500_000 })
    // Squares of 10 tokens of 0.025 each, and of one of 0.25, over the square of one half.
    expect(tail.least).toBeCloseTo((10 * 0.025 ** 2) / 0.25)
    expect(tail.most).toBeCloseTo(0.25 ** 2 / 0.25)
  })

  it.each([
    ['top_k', { ...unfiltered, topK: 2 }, 2],
    ['top_k of one', { ...unfiltered, topK: 1 }, 1],
    ['top_p', { ...unfiltered, topPMicro: 600_000 }, 2],
    ['min_p', { ...unfiltered, minPMicro: 600_000 }, 1]
  ])('is closed by %s', (_, sampling, listed) => {
    const draw = drawOf(view, sampling)
    expect(draw.listed).toHaveLength(listed)
    expect(draw.tail).toEqual({ least: 0, most: 0 })
  })

  it('agrees with the truth wherever the list tells it', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 60 }), anySampling, (seed, listed, sampling) => {
        const position = inventPosition(seededRandom(seed), 60)
        const draw = drawOrNull(viewOf(position, listed), sampling)
        const support = supportOf(position, sampling)
        if (draw === null) {
          expect(sampling.topK).toBeGreaterThan(listed)
          expect(sampling.topPMicro).toBeLessThan(1_000_000)
          return
        }
        const unlisted = support.slice(draw.listed.length)
        expect(draw.listed.map(({ token }) => token)).toEqual(
          support.slice(0, draw.listed.length).map(({ token }) => token)
        )
        const inTail = unlisted.reduce((sum, { probability }) => sum + probability, 0)
        const [least, most] = tailShares(draw)
        expect(inTail).toBeGreaterThan(least - 1e-9)
        expect(inTail).toBeLessThan(most + 1e-9)

        const scores = support.map(({ probability }, at) => ({
          probability,
          score: draw.listed[at]?.logprob ?? tailScore(draw)
        }))
        const mean = scores.reduce((sum, { probability, score }) => sum + probability * score, 0)
        const variance = scores.reduce((sum, { probability, score }) => sum + probability * (score - mean) ** 2, 0)
        const moments = scoreMoments(draw)
        expect(mean).toBeGreaterThan(moments.leastMean - 1e-9)
        expect(mean).toBeLessThan(moments.mostMean + 1e-9)
        expect(variance).toBeLessThan(moments.mostVariance + 1e-9)
        if (sampling.temperatureMicro === 1_000_000 && sampling.topK === 0 && draw.tail.least === draw.tail.most) {
          expect(variance).toBeCloseTo(moments.mostVariance, 9)
        }
      }),
      { numRuns: 400 }
    )
  })

  it('says when the list does not tell where top_p cuts', () => {
    const listed = [0.4, 0.3, 0.2].map((mass, token) => ({ token, logprob: Math.log(mass) }))
    const narrow = { listed, vocabulary: 1000 }
    const sampling = { ...unfiltered, topK: 4, topPMicro: 960_000 }
    // A fourth token holds between 0.0001 and 0.1: 0.96 of all four is or is not reached by three.
    expect(() => drawOf(narrow, sampling)).toThrow(expect.objectContaining({ code: 'VERIFICATION_VIEW_TOO_NARROW' }))
    expect(drawOf(narrow, { ...sampling, topPMicro: 800_000 }).listed).toHaveLength(3)
    expect(drawOf(narrow, { ...sampling, topK: 3 }).listed).toHaveLength(3)
  })

  it('counts what is all but impossible as such', () => {
    const listed = [
      { token: 1, logprob: 0 },
      { token: 2, logprob: Number.NEGATIVE_INFINITY }
    ]
    expect(drawOf({ listed, vocabulary: 2 }, unfiltered).listed[1]?.logprob).toBe(-100)
  })

  it.each([
    ['a list out of order', { ...view, listed: [quarter, half] }, unfiltered],
    ['an empty list', { ...view, listed: [] }, unfiltered],
    ['more listed than there are', { ...view, vocabulary: 1 }, unfiltered],
    ['NaN', { ...view, listed: [{ token: 1, logprob: Number.NaN }] }, unfiltered],
    ['a temperature of 0', view, { ...unfiltered, temperatureMicro: 0 }]
  ])('refuses %s', (_, given, sampling) => {
    expect(() => drawOf(given, sampling)).toThrow(expect.objectContaining({ code: 'VERIFICATION_OUT_OF_RANGE' }))
  })
})
