import { binomialTail } from './distributions.ts'
import { fraction, type Ppm } from './probability.ts'
import { requireRange, requireWhole } from './require-range.ts'

/** What must happen for a job done by another model to cost the provider its stake. */
export interface Odds {
  /** p: the job is audited. */
  readonly audit: Ppm
  /** d: the audit finds it. */
  readonly detection: Ppm
  /** b: the panel convicts. */
  readonly conviction: Ppm
}

/** q = p d b: one dishonest job is punished. */
export const punishmentRate = ({ audit, detection, conviction }: Odds): number =>
  fraction(audit) * fraction(detection) * fraction(conviction)

/** P(punished within `jobs` dishonest jobs) = 1 - (1 - q)^jobs, without the loss of digits at small q. */
export const caughtWithin = (q: number, jobs: number): number =>
  -Math.expm1(requireWhole('jobs', jobs, 0, Number.MAX_SAFE_INTEGER) * Math.log1p(-requireRate(q)))

/** The least number of dishonest jobs within which it is punished with `probability`; Infinity for q = 0. */
export const jobsUntilCaught = (q: number, probability: number): number =>
  requireRate(q) === 1 ? 1 : Math.ceil(Math.log1p(-requireRange('probability', probability, 0, 1)) / Math.log1p(-q))

/** Dishonest jobs up to and including the one that is punished, on average: 1 / q. */
export const expectedJobsUntilCaught = (q: number): number => 1 / requireRate(q)

/** P(at least `threshold` of `arbiters` judge rightly and in time), each with probability `accuracy` on its own. */
export const panelConviction = (arbiters: number, threshold: number, accuracy: number): number =>
  binomialTail(requireWhole('arbiters', arbiters, 1, 255), requireRange('accuracy', accuracy, 0, 1), threshold)

const requireRate = (q: number): number => requireRange('q', q, 0, 1)
