import type { Draw } from './draw.ts'
import { requireAlpha, requireRange, requireWhole } from './require-range.ts'
import { type DrawnToken, scoreOf, tailScore, tailShares } from './z-test.ts'

// The z-test without its normal approximation, for small alphas and short samples. The scores of honest tokens make
// exp(sum of theta score - ln M(theta)) a martingale of mean 1 for each tilt theta (M: the score's moment generating
// function), and so is the mean over a fixed set of tilts. By Ville's inequality it ever reaches 1 / alpha with
// probability alpha at most: at any number of positions, summed over jobs, looked at after each.

/** Evidence so far: for each tilt the sum of theta score - ln M(theta). */
export interface Evidence {
  readonly byTilt: readonly number[]
  readonly positions: number
}

export interface EvidenceResult {
  /** ln of the evidence against the provider; 0 is none. */
  readonly logEvidence: number
  readonly threshold: number
  readonly rejected: boolean
}

/** Negative: tokens less probable than honest ones, as of a lesser model. Positive: of a lower temperature. */
const tilts = [1, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32].flatMap((tilt) => [-tilt, tilt])

export const noEvidence: Evidence = { byTilt: tilts.map(() => 0), positions: 0 }

/** Weigh one more token, in the order of the completion. One that cannot be drawn is left out, as in `zTest`. */
export function addEvidence({ byTilt, positions }: Evidence, token: DrawnToken): Evidence {
  const score = scoreOf(token)
  if (score === null) return { byTilt, positions }
  const added = tilts.map((tilt, at) => (byTilt[at] ?? 0) + tilt * score - lnMoment(token.draw, tilt))
  return { byTilt: added, positions: positions + 1 }
}

/**
 * Reject where the evidence reaches 1 / alpha. Honest machines differ by `noiseRms` nats a token, which multiplies
 * the odds of a token by as much: the threshold allows for it at each position.
 */
export function evidenceTest({ byTilt, positions }: Evidence, noiseRms: number, alpha: number): EvidenceResult {
  requireWhole('positions', positions, 0, 1e9)
  const most = Math.max(...byTilt)
  const mean = byTilt.reduce((sum, each) => sum + Math.exp(each - most), 0) / byTilt.length
  const logEvidence = most + Math.log(mean)
  const threshold = -Math.log(requireAlpha(alpha)) + requireRange('noiseRms', noiseRms, 0, 1) * positions
  return { logEvidence, threshold, rejected: logEvidence >= threshold }
}

/** The greater of ln M at the two bounds of the tail's share: M is a weighted mean, so no share between exceeds both. */
function lnMoment(draw: Draw, tilt: number): number {
  // Scores count from the top one, so that nothing overflows.
  const top = draw.listed[0]?.logprob ?? 0
  const listed = draw.listed.reduce((sum, { logprob, weight }) => sum + weight * Math.exp(tilt * (logprob - top)), 0)
  const tail = Math.exp(tilt * (tailScore(draw) - top))
  const moments = tailShares(draw).map((share) => ((1 - share) * listed) / draw.listedWeight + share * tail)
  return tilt * top + Math.log(Math.max(...moments))
}
