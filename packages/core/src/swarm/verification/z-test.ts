import { normalQuantile, normalTail } from './distributions.ts'
import type { Draw } from './draw.ts'
import { requireAlpha, requireRange, requireWhole } from './require-range.ts'

// The z-test, for temperatures above 0: are the tokens as probable as tokens drawn from the promised model are?
// Derivation: packages/swarm/docs/verification.md, "The z-test".

/** One audited position: the claimed token, and what it should have been drawn from. */
export interface DrawnToken {
  readonly token: number
  readonly draw: Draw
}

export interface ZTestResult {
  /** Standard deviations by which the tokens are more (positive) or less probable than honest ones. */
  readonly z: number
  /** Beyond this, on either side, it rejects. */
  readonly threshold: number
  /** Two-sided, by the normal approximation; `evidenceTest` has none. */
  readonly pValue: number
  readonly rejected: boolean
  /** Tokens that the filters should not have let through. An honest machine has a few, at their very edge: count
   * them by `flipTest`. They are left out of z. */
  readonly outside: number
}

/**
 * A token's score: its log-probability, but for an unlisted one that of the last listed token. The score is then a
 * function of what the list shows, and its moments need no knowledge of the unlisted tokens.
 * @returns null for a token that cannot be drawn
 */
export function scoreOf({ token, draw }: DrawnToken): number | null {
  const listed = draw.listed.find((each) => each.token === token)
  if (listed !== undefined) return listed.logprob
  return draw.tail.most > 0 ? tailScore(draw) : null
}

/** The score of every unlisted token. */
export const tailScore = ({ listed }: Draw): number => listed.at(-1)?.logprob ?? 0

/** Share of draws that fall on unlisted tokens: its two bounds. */
export const tailShares = ({ listedWeight, tail }: Draw): readonly [number, number] => [
  tail.least / (listedWeight + tail.least),
  tail.most / (listedWeight + tail.most)
]

export interface ScoreMoments {
  readonly leastMean: number
  readonly mostMean: number
  readonly mostVariance: number
}

/**
 * Mean and variance of the score of an honest token. The two means differ only where temperature is not 1 and the
 * filters leave unlisted tokens in.
 */
export function scoreMoments(draw: Draw): ScoreMoments {
  const mean = draw.listed.reduce((sum, { logprob, weight }) => sum + weight * logprob, 0) / draw.listedWeight
  const spread = draw.listed.reduce((sum, { logprob, weight }) => sum + weight * (logprob - mean) ** 2, 0)
  const variance = spread / draw.listedWeight
  const gap = mean - tailScore(draw)
  const [least, most] = tailShares(draw)
  // With share m in the tail: variance (1 - m) (variance + m gap^2), a parabola in m; its top lies at `peak`.
  const peak = gap === 0 ? 0 : (1 - variance / gap ** 2) / 2
  const share = Math.min(Math.max(peak, least), most)
  return {
    leastMean: mean - most * gap,
    mostMean: mean - least * gap,
    mostVariance: (1 - share) * (variance + share * gap ** 2)
  }
}

/**
 * |z| above which the z-test rejects. Honest machines differ by `noiseRms` nats: that moves the expected sum by at
 * most noiseRms times the standard deviation of each term, so z by noiseRms sqrt(K).
 */
export function zThreshold(alpha: number, positions: number, noiseRms: number): number {
  requireWhole('positions', positions, 1, 1e6)
  return normalQuantile(requireAlpha(alpha) / 2) + requireRange('noiseRms', noiseRms, 0, 1) * Math.sqrt(positions)
}

/** The z-test on the audited positions. */
export function zTest(tokens: readonly DrawnToken[], noiseRms: number, alpha: number): ZTestResult {
  const threshold = zThreshold(alpha, tokens.length, noiseRms)
  let [above, below, variance, outside] = [0, 0, 0, 0]
  for (const token of tokens) {
    const score = scoreOf(token)
    if (score === null) {
      outside += 1
      continue
    }
    const moments = scoreMoments(token.draw)
    above += score - moments.mostMean
    below += score - moments.leastMean
    variance += moments.mostVariance
  }
  // Between the two expectations nothing is known against the provider.
  const excess = above > 0 ? above : Math.min(below, 0)
  const z = variance > 0 ? excess / Math.sqrt(variance) : 0
  return { z, threshold, pValue: 2 * normalTail(Math.abs(z)), rejected: Math.abs(z) > threshold, outside }
}

export interface ScoreShift {
  /** How far the mean score of the other model's tokens lies from that of honest ones, in honest standard deviations. */
  readonly mean: number
  /** Standard deviation of its scores over that of honest ones. */
  readonly spread: number
}

/** Probability that the z-test rejects tokens whose scores are shifted like this, by the normal approximation. */
export function zPower(alpha: number, positions: number, noiseRms: number, { mean, spread }: ScoreShift): number {
  const threshold = zThreshold(alpha, positions, noiseRms)
  const shift = mean * Math.sqrt(positions)
  return normalTail((threshold - shift) / spread) + normalTail((threshold + shift) / spread)
}
