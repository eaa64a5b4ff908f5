import { type PicoUsdc, picoUsdc } from '@unhosted/core/units'
import type { Hash, Job, Lane, Quote, Seconds } from './objects.ts'
import { worstCharge } from './pricing.ts'
import { refusal } from './refusal.ts'
import type { Signed } from './schema.ts'
import { isSignedBy } from './signatures.ts'
import { type Deployment, jobId, laneId, structHash } from './typed-data.ts'
import { formatCharge } from './usdc-text.ts'

/**
 * The longest that a job may take, seconds: 24 hours. A dispute can be opened until 3 days after the deadline, and a stake
 * leaves 7 days after it was asked back: with a deadline more than 4 days ahead, it could be gone by then.
 */
export const longestJobSeconds = 86_400

/** What is known when a job is ordered. What one side cannot know is null for it, and is then not checked. */
export interface JobTerms {
  readonly deployment: Deployment
  readonly now: Seconds
  readonly lane: Lane
  readonly quote: Quote
  /** What the lane holds beyond all that was charged or promised on it before. */
  readonly available: PicoUsdc
  /** Attempts of the same job id that were already taken. */
  readonly attemptsTaken: number
  /** Tokens of the prompt, by one's own count. */
  readonly promptTokens: number | null
  /** The commitment to the request that came with the job, by one's own hash. */
  readonly requestCommit: Hash | null
  /** Names the requester's client; the provider does not know it. */
  readonly clientKey: Hash | null
}

/**
 * Whether a provider can work on a job, and whether anyone else can believe that it was ordered so. What is refused
 * after JOB_SIGNATURE may be held against the requester.
 * @returns its struct hash, by which receipts and disputes name it
 * @throws BaseError JOB_LANE_MISMATCH, JOB_PROVIDER_MISMATCH, JOB_QUOTE_MISMATCH, JOB_SIGNATURE,
 * JOB_REQUEST_MISMATCH, JOB_ID_MISMATCH, JOB_REPEATED, JOB_EXPIRED, JOB_DEADLINE_LATE, JOB_DEADLINE_FAR, JOB_ABOVE_CONTEXT,
 * JOB_ABOVE_QUOTE, JOB_BELOW_PROMPT, JOB_ABOVE_LANE
 */
export function checkJob(signed: Signed<'Job'>, terms: JobTerms): Hash {
  const { lane, quote, deployment } = terms
  const job = signed.object
  if (job.laneId !== laneId(lane)) {
    throw refusal('JOB_LANE_MISMATCH', 'The job is to be paid through another lane than the one that it came with.')
  }
  if (lane.provider !== quote.provider) {
    throw refusal('JOB_PROVIDER_MISMATCH', `The lane pays ${lane.provider}; the quote is of ${quote.provider}.`)
  }
  if (job.quoteHash !== structHash('Quote', quote)) {
    throw refusal('JOB_QUOTE_MISMATCH', 'The job was ordered by another quote than the one that it came with.')
  }
  if (!isSignedBy('Job', signed, deployment, lane.signer)) {
    throw refusal('JOB_SIGNATURE', `The job is not signed by ${lane.signer}, the signer of its lane.`)
  }
  checkIdentity(job, terms)
  checkTime(job, terms)
  checkBounds(job, terms)
  return structHash('Job', job)
}

function checkIdentity(job: Job, { requestCommit, clientKey, attemptsTaken }: JobTerms): void {
  if (requestCommit !== null && job.requestCommit !== requestCommit) {
    throw refusal('JOB_REQUEST_MISMATCH', 'The job commits to another request than the one that came with it.')
  }
  if (clientKey !== null && job.jobId !== jobId(job.laneId, clientKey, job.requestCommit)) {
    throw refusal('JOB_ID_MISMATCH', 'The id of the job is not made of its lane, client and request.')
  }
  if (job.attempt < attemptsTaken) {
    throw refusal('JOB_REPEATED', `Attempt ${job.attempt} of the job was already taken.`)
  }
}

function checkTime({ deadline }: Job, { now, quote }: JobTerms): void {
  if (deadline <= now) throw refusal('JOB_EXPIRED', `The job was due at ${deadline}; it is ${now}.`)
  if (deadline > quote.validUntil) {
    throw refusal('JOB_DEADLINE_LATE', `The job is due at ${deadline}; its quote ends at ${quote.validUntil}.`)
  }
  if (deadline > now + longestJobSeconds) {
    throw refusal('JOB_DEADLINE_FAR', `The job is due at ${deadline}, more than ${longestJobSeconds} s from now.`)
  }
}

function checkBounds(job: Job, { quote, promptTokens, available }: JobTerms): void {
  const context = (promptTokens ?? 0) + job.maxOut
  if (context > quote.maxCtx) {
    throw refusal(
      'JOB_ABOVE_CONTEXT',
      `The job may need ${context} tokens of context; the quote is for ${quote.maxCtx}.`
    )
  }
  const worst = worstCharge(quote, { promptTokens, maxOut: job.maxOut })
  if (job.maxCharge > worst) {
    throw refusal(
      'JOB_ABOVE_QUOTE',
      `The job allows ${formatCharge(job.maxCharge)}; at the prices of its quote it costs ${formatCharge(worst)} at most.`
    )
  }
  // Such a job is a trap: the first honest receipt charges more than it allows, which is proof of fraud on the chain.
  const prompt = promptTokens === null ? 0n : worstCharge(quote, { promptTokens, maxOut: 0 })
  if (job.maxCharge < prompt) {
    throw refusal(
      'JOB_BELOW_PROMPT',
      `The job allows ${formatCharge(job.maxCharge)}; its prompt alone may cost ${formatCharge(picoUsdc(prompt))}.`
    )
  }
  if (job.maxCharge > available) {
    throw refusal(
      'JOB_ABOVE_LANE',
      `The job allows ${formatCharge(job.maxCharge)}; its lane has ${formatCharge(available)} left.`
    )
  }
}
