import { binomialTail } from './distributions.ts'
import { requireAlpha, requireRange, requireWhole } from './require-range.ts'

// Test B: at temperature 0, are the tokens those that the promised model finds most probable?
// Derivation: packages/swarm/docs/verification.md, "Test B".

export interface FlipTestPlan {
  /** Probability of rejecting an honest provider, at most; counts are whole, so the true one is often far below. */
  readonly alpha: number
  /** K, how many positions are compared. */
  readonly positions: number
  /** Share of positions at which two honest machines disagree about the most probable token. */
  readonly honestFlipRate: number
}

export interface FlipTestResult {
  readonly flips: number
  /** Rejected at so many flips or more; above the number of positions where none would do. */
  readonly threshold: number
  readonly pValue: number
  readonly rejected: boolean
}

/** The least number of flips that an honest provider reaches with probability `alpha` or less. */
export function flipThreshold({ alpha, positions, honestFlipRate }: FlipTestPlan): number {
  requireAlpha(alpha)
  requirePlan(positions, honestFlipRate)
  // The tail falls with the count: the threshold is found by halving.
  let [below, above] = [0, positions + 1]
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2)
    if (binomialTail(positions, honestFlipRate, middle) <= alpha) above = middle
    else below = middle
  }
  return above
}

/** Probability of rejecting a provider whose tokens flip at `flipRate`; at the honest rate, the true alpha. */
export const flipPower = (plan: FlipTestPlan, flipRate: number): number =>
  binomialTail(plan.positions, requireRange('flipRate', flipRate, 0, 1), flipThreshold(plan))

/** Test B: `matches` says of each audited position whether the claimed token is the recomputed most probable one. */
export function flipTest(matches: readonly boolean[], honestFlipRate: number, alpha: number): FlipTestResult {
  const positions = matches.length
  const threshold = flipThreshold({ alpha, positions, honestFlipRate })
  const flips = matches.filter((match) => !match).length
  return { flips, threshold, pValue: binomialTail(positions, honestFlipRate, flips), rejected: flips >= threshold }
}

function requirePlan(positions: number, honestFlipRate: number): void {
  requireWhole('positions', positions, 1, 1e6)
  requireRange('honestFlipRate', honestFlipRate, 1e-9, 0.5)
}
