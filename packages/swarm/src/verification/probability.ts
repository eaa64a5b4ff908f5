import { requireRange, requireWhole } from './require-range.ts'

declare const unit: unique symbol

/**
 * A probability in whole millionths. Whatever decides about money or about who is audited is counted in these, so
 * that every machine comes to the same number.
 */
export type Ppm = number & { readonly [unit]: 'ppm' }

export const certain = 1_000_000 as Ppm

/** @throws BaseError VERIFICATION_OUT_OF_RANGE unless whole and from 0 to 1,000,000 */
export const ppm = (value: number): Ppm => requireWhole('a probability in millionths', value, 0, certain) as Ppm

/** For what speaks for the auditor, as the power of a test: never more than it is. */
export const ppmRoundedDown = (probability: number): Ppm =>
  ppm(Math.floor(requireRange('a probability', probability, 0, 1) * certain))

/** For what speaks against the provider's honesty: never less than it is. */
export const ppmRoundedUp = (probability: number): Ppm =>
  ppm(Math.ceil(requireRange('a probability', probability, 0, 1) * certain))

/** 0 to 1. */
export const fraction = (probability: Ppm): number => probability / certain
