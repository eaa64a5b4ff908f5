import { describe, expect, it } from 'vitest'
import { addEvidence, type EvidenceResult, evidenceTest, noEvidence } from './evidence-test.ts'
import {
  completion,
  inventPosition,
  judge,
  type Position,
  sampler,
  supportOf,
  unfiltered
} from './testing/invented-model.ts'
import { frequency, seededRandom, tolerance } from './testing/seeded-random.ts'
import type { Sampling } from './token-leaf.ts'
import { type DrawnToken, scoreMoments, zPower, zTest, zThreshold } from './z-test.ts'

const usual: Sampling = { temperatureMicro: 800_000, topK: 40, topPMicro: 950_000, minPMicro: 50_000 }
const colder = (sampling: Sampling): Sampling => ({ ...sampling, temperatureMicro: sampling.temperatureMicro / 1.25 })

function positionsOf(seed: number, count: number): readonly Position[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => inventPosition(random, 80))
}

/** Completions by a provider that samples with `written`, seen by an auditor that was promised `promised`. */
function completions(positions: readonly Position[], written: Sampling, promised: Sampling, listed: number) {
  const writers = positions.map((position) => sampler(position, written))
  const judges = positions.map((position) => judge(position, promised, listed))
  const random = seededRandom(31)
  return (): readonly DrawnToken[] => completion(writers, judges, random)
}

const weigh = (tokens: readonly DrawnToken[], alpha: number): EvidenceResult =>
  evidenceTest(tokens.reduce(addEvidence, noEvidence), 0, alpha)

describe('z-test', () => {
  const positions = positionsOf(1, 40)

  it.each([
    ['the whole list', unfiltered, 80],
    ['a short list', unfiltered, 10],
    ['the usual filters', usual, 40]
  ])('rejects honest tokens as often as it says, with %s', (_, sampling, listed) => {
    const trials = 2000
    const next = completions(positions, sampling, sampling, listed)
    const rejected = frequency(trials, () => zTest(next(), 0, 0.05).rejected)
    expect(Math.abs(rejected - 0.05)).toBeLessThan(tolerance(0.05, trials))
  })

  it.each([700_000, 1_300_000])(
    'rejects them no more often where the tail is not known, at T = %i ppm',
    (temperatureMicro) => {
      const sampling = { ...unfiltered, temperatureMicro }
      const next = completions(positions, sampling, sampling, 10)
      expect(frequency(2000, () => zTest(next(), 0, 0.05).rejected)).toBeLessThan(0.05)
    }
  )

  it('finds a lower temperature as often as it says', () => {
    const judges = positions.map((position) => judge(position, unfiltered, 80))
    // The exact shift and spread of the scores of tokens drawn at the lower temperature.
    const sums = positions.map((position, at) => {
      const scored = supportOf(position, colder(unfiltered)).map(({ token, probability }) => ({
        probability,
        score: position[token] ?? 0
      }))
      const mean = scored.reduce((sum, { probability, score }) => sum + probability * score, 0)
      const variance = scored.reduce((sum, { probability, score }) => sum + probability * (score - mean) ** 2, 0)
      const honest = scoreMoments(judges[at] as DrawnToken['draw'])
      return { shift: mean - honest.mostMean, variance, honest: honest.mostVariance }
    })
    const total = (of: 'shift' | 'variance' | 'honest') => sums.reduce((sum, each) => sum + each[of], 0)
    const spread = Math.sqrt(total('variance') / total('honest'))
    const mean = total('shift') / Math.sqrt(total('honest') * positions.length)
    const expected = zPower(0.05, positions.length, 0, { mean, spread })

    const next = completions(positions, colder(unfiltered), unfiltered, 80)
    const rejected = frequency(2000, () => zTest(next(), 0, 0.05).rejected)
    expect(expected).toBeGreaterThan(0.2)
    // The normal approximation is off by 0.02 at 40 positions.
    expect(Math.abs(rejected - expected)).toBeLessThan(0.02 + tolerance(expected, 2000))
  })

  it('tells less probable from more probable tokens', () => {
    const draw = judge(positions[0] as Position, unfiltered, 80)
    const token = (at: number) => ({ token: draw.listed[at]?.token ?? 0, draw })
    expect(zTest(Array(32).fill(token(79)), 0, 1e-6).z).toBeLessThan(-5)
    expect(zTest(Array(32).fill(token(0)), 0, 1e-6).z).toBeGreaterThan(2)
  })

  it('leaves out, and counts, what the filters do not let through', () => {
    const draw = judge(positions[0] as Position, { ...unfiltered, topK: 5 }, 10)
    const tokens = [
      { token: 79, draw },
      { token: draw.listed[0]?.token ?? 0, draw }
    ]
    expect(zTest(tokens, 0, 0.01)).toMatchObject({ outside: 1 })
    expect(zTest([{ token: 79, draw }], 0, 0.01)).toMatchObject({ outside: 1, z: 0, rejected: false })
    expect(addEvidence(noEvidence, { token: 79, draw })).toEqual(noEvidence)
  })

  it('knows nothing where only one token can be drawn', () => {
    const draw = judge(positions[0] as Position, { ...unfiltered, topK: 1 }, 10)
    expect(zTest([{ token: draw.listed[0]?.token ?? 0, draw }], 0, 0.01)).toMatchObject({ z: 0, outside: 0 })
  })

  it('allows for honest noise', () => {
    expect(zThreshold(0.05, 64, 0)).toBeCloseTo(1.96, 3)
    expect(zThreshold(0.05, 64, 0.01)).toBeCloseTo(2.04, 3)
    expect(() => zThreshold(0.05, 0, 0)).toThrow(expect.objectContaining({ code: 'VERIFICATION_OUT_OF_RANGE' }))
  })
})

describe('evidence', () => {
  it.each([
    ['a short list', unfiltered, 10],
    ['an unknown tail', { ...unfiltered, temperatureMicro: 700_000 }, 10],
    ['the usual filters', usual, 40]
  ])('accuses honest providers less often than alpha, looked at after each token, with %s', (_, sampling, listed) => {
    const next = completions(positionsOf(2, 24), sampling, sampling, listed)
    const accused = frequency(800, () => {
      let evidence = noEvidence
      return next().some((token) => {
        evidence = addEvidence(evidence, token)
        return evidenceTest(evidence, 0, 0.05).rejected
      })
    })
    expect(accused).toBeLessThan(0.05)
  })

  it('has a mean of one where nothing is bounded, and is no more elsewhere', () => {
    // One position, every token weighed by its probability: no simulation needed.
    for (const [sampling, listed] of [
      [unfiltered, 80],
      [unfiltered, 5],
      [{ ...unfiltered, temperatureMicro: 1_400_000 }, 5]
    ] as const) {
      const position = positionsOf(3, 1)[0] as Position
      const draw = judge(position, sampling, listed)
      const mean = supportOf(position, sampling).reduce(
        (sum, { token, probability }) => sum + probability * Math.exp(weigh([{ token, draw }], 0.5).logEvidence),
        0
      )
      if (sampling.temperatureMicro === 1_000_000) expect(mean).toBeCloseTo(1, 9)
      else expect(mean).toBeLessThan(1)
    }
  })

  it('mounts over jobs, without end', () => {
    const next = completions(positionsOf(4, 40), colder(unfiltered), unfiltered, 40)
    let evidence = noEvidence
    let jobs = 0
    for (; jobs < 50 && !evidenceTest(evidence, 0.002, 1e-6).rejected; jobs += 1) {
      evidence = next().reduce(addEvidence, evidence)
    }
    expect(jobs).toBeGreaterThan(1)
    expect(jobs).toBeLessThan(20)
    expect(evidence.positions).toBe(40 * jobs)
  })

  it('allows for honest noise at each position', () => {
    const evidence = { ...noEvidence, positions: 500 }
    expect(evidenceTest(evidence, 0, 0.01).threshold).toBeCloseTo(Math.log(100), 12)
    expect(evidenceTest(evidence, 0.002, 0.01).threshold).toBeCloseTo(Math.log(100) + 1, 12)
  })

  it('starts from none', () => {
    expect(evidenceTest(noEvidence, 0, 0.01)).toMatchObject({ logEvidence: 0, rejected: false })
  })
})
