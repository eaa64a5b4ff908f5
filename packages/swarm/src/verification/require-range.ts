import { BaseError } from '../errors/index.ts'

/**
 * A statistical parameter must lie where its formula holds; a wrong one would give a verdict that means nothing.
 * @throws BaseError VERIFICATION_OUT_OF_RANGE, also for NaN
 */
export function requireRange(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value
  throw new BaseError('VERIFICATION_OUT_OF_RANGE', `${name} is ${value}, not from ${least} to ${most}.`, {
    advice: 'Correct the named parameter of the audit.',
    details: { name, least, most }
  })
}

/** As `requireRange`, for whole numbers. */
export function requireWhole(name: string, value: number, least: number, most: number): number {
  return requireRange(name, Number.isSafeInteger(value) ? value : Number.NaN, least, most)
}

/** An error probability: above what doubles can tell from zero, and at most one half. */
export const requireAlpha = (alpha: number): number => requireRange('alpha', alpha, 1e-15, 0.5)
