import { chiSquareQuantile, chiSquareTail } from './distributions.ts'
import { requireAlpha, requireRange, requireWhole } from './require-range.ts'

// Test A: are the claimed log-probabilities those of the model that was promised? At any temperature.
// Derivation: packages/swarm/docs/verification.md, "Test A".

/** How far two honest machines are apart on the same tokens, measured for one model and one pair of engine builds. */
export interface Noise {
  /** Nats; a greater difference counts as this one. A few outliers then cannot condemn an honest provider. */
  readonly clip: number
  /** Root of the mean squared difference of log-probabilities, clipped, nats. */
  readonly rms: number
  /** Their fourth moment over the squared second: 3 for normal noise, more with outliers, above 1 always. */
  readonly kurtosis: number
}

/** One audited position: what was claimed and what the auditor recomputed, nats. */
export interface LogprobPair {
  readonly claimed: number
  readonly recomputed: number
}

export interface NoiseTestPlan {
  /** Probability of rejecting an honest provider. */
  readonly alpha: number
  /** K, how many positions are compared. */
  readonly positions: number
  readonly kurtosis: number
}

export interface NoiseTestResult {
  /** RMS of the differences over the honest RMS: about 1 when honest. */
  readonly ratio: number
  readonly threshold: number
  /** Probability that an honest provider shows at least this ratio. */
  readonly pValue: number
  readonly rejected: boolean
}

/** The least probable token that a fixed-point claim can hold, nats. Differences are no larger: none is infinite. */
const floor = -4294.967295

/**
 * Degrees of freedom of the mean of K squared differences. Its relative variance is (kurtosis - 1) / K, that of a
 * chi-square over its degrees n is 2 / n: equal at n = 2 K / (kurtosis - 1), which is K for normal noise.
 */
export const noiseDegrees = (positions: number, kurtosis: number): number =>
  (2 * requireWhole('positions', positions, 1, 1e6)) / (requireRange('kurtosis', kurtosis, 1.001, 1e6) - 1)

/** The ratio above which Test A rejects: sqrt(x / n), where chi-square with n degrees exceeds x with `alpha`. */
export function noiseThreshold({ alpha, positions, kurtosis }: NoiseTestPlan): number {
  const degrees = noiseDegrees(positions, kurtosis)
  return Math.sqrt(chiSquareQuantile(requireAlpha(alpha), degrees) / degrees)
}

/** Probability of rejecting a provider whose differences are `factor` times the honest ones, clipping left aside. */
export function noisePower(plan: NoiseTestPlan, factor: number): number {
  const degrees = noiseDegrees(plan.positions, plan.kurtosis)
  const threshold = noiseThreshold(plan) / requireRange('factor', factor, 1e-6, 1e6)
  return chiSquareTail(degrees * threshold * threshold, degrees)
}

/** Test A on the audited positions. */
export function noiseTest(pairs: readonly LogprobPair[], noise: Noise, alpha: number): NoiseTestResult {
  const plan = { alpha, positions: pairs.length, kurtosis: noise.kurtosis }
  const threshold = noiseThreshold(plan)
  const degrees = noiseDegrees(plan.positions, plan.kurtosis)
  const clip = requireRange('noise.clip', noise.clip, 1e-9, 1e4)
  const ratio = rmsOf(pairs, clip) / requireRange('noise.rms', noise.rms, 1e-9, 100)
  return { ratio, threshold, pValue: chiSquareTail(degrees * ratio * ratio, degrees), rejected: ratio > threshold }
}

/** Differences are clipped at so many times their RMS: false alarms then keep to alpha (docs, "Outliers"). */
const clipAt = 4

/**
 * The noise to test against, from honest pairs: the sample's kurtosis (never below 3), and the upper end of the
 * one-sided `confidence` interval of its RMS, so that a small sample makes the test lenient, not unjust.
 */
export function calibrateNoise(pairs: readonly LogprobPair[], confidence: number): Noise {
  requireWhole('pairs.length', pairs.length, 2, 1e6)
  const clip = clipAt * rmsOf(pairs, Number.POSITIVE_INFINITY)
  const rms = rmsOf(pairs, clip)
  const fourth = pairs.reduce((sum, pair) => sum + clippedSquare(pair, clip) ** 2, 0) / pairs.length
  const kurtosis = Math.max(3, fourth / requireRange('the RMS of honest pairs', rms, 1e-9, 100) ** 4)
  const degrees = noiseDegrees(pairs.length, kurtosis)
  const least = chiSquareQuantile(requireRange('confidence', confidence, 0.5, 1 - 1e-9), degrees)
  return { clip, rms: rms * Math.sqrt(degrees / least), kurtosis }
}

const rmsOf = (pairs: readonly LogprobPair[], clip: number): number =>
  Math.sqrt(pairs.reduce((sum, pair) => sum + clippedSquare(pair, clip), 0) / pairs.length)

function clippedSquare({ claimed, recomputed }: LogprobPair, clip: number): number {
  const difference = Math.max(requireLogprob(claimed), floor) - Math.max(requireLogprob(recomputed), floor)
  return Math.min(Math.abs(difference), clip) ** 2
}

const requireLogprob = (value: number): number => requireRange('logprob', value, Number.NEGATIVE_INFINITY, 0)
