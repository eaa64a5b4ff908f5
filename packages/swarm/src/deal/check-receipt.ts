import { type Address, type ChunkReceipt, finishes, type Hash, type Job, type Quote, type Seconds } from './objects.ts'
import { charge } from './pricing.ts'
import { refusal } from './refusal.ts'
import type { Signed } from './schema.ts'
import { isSignedByOneOf } from './signatures.ts'
import { type Deployment, structHash } from './typed-data.ts'
import { formatCharge } from './usdc-text.ts'

/** What a clock may be ahead of ours, in seconds. */
export const clockSkewSeconds = 60

/** `prev` of the first receipt of a job. */
const noHash: Hash = `0x${'00'.repeat(32)}`

/** What is known of a job when a receipt for it comes. */
export interface ReceiptTerms {
  readonly deployment: Deployment
  readonly now: Seconds
  readonly quote: Quote
  readonly job: Job
  /** Job keys that the chain binds to the provider: with any of them it answers for what was signed. */
  readonly jobKeys: readonly Address[]
  /** Tokens of the prompt, by one's own count; null: not counted, so any number that stays the same will do. */
  readonly promptTokens: number | null
  /** The receipt before, already checked; null for the first. */
  readonly previous: ChunkReceipt | null
  /** Merkle root over the tokens of this chunk as they came; null: who does not have them. */
  readonly leafRoot: Hash | null
}

/**
 * Whether a receipt follows from the quote, the job and the receipt before. What is refused after RECEIPT_SIGNATURE
 * may be held against the provider.
 * @returns its struct hash, the `prev` of the next
 * @throws BaseError RECEIPT_JOB_MISMATCH, RECEIPT_SIGNATURE, RECEIPT_AFTER_FINISH, RECEIPT_CHAIN_BROKEN,
 * RECEIPT_ROOT_MISMATCH, RECEIPT_TIME_BACKWARDS, RECEIPT_FROM_FUTURE, RECEIPT_AFTER_DEADLINE,
 * RECEIPT_PROMPT_MISMATCH, RECEIPT_COUNTS_FALL, RECEIPT_CHUNK_SIZE, RECEIPT_ABOVE_MAX_OUT, RECEIPT_ABOVE_CONTEXT,
 * RECEIPT_CHARGE_WRONG, RECEIPT_ABOVE_MAX_CHARGE
 */
export function checkReceipt(signed: Signed<'ChunkReceipt'>, terms: ReceiptTerms): Hash {
  const receipt = signed.object
  if (receipt.jobHash !== structHash('Job', terms.job)) {
    throw refusal('RECEIPT_JOB_MISMATCH', 'The receipt is for another job.')
  }
  if (!isSignedByOneOf('ChunkReceipt', signed, terms.deployment, terms.jobKeys)) {
    throw refusal('RECEIPT_SIGNATURE', `The receipt is not signed by a job key of ${terms.quote.provider}.`)
  }
  checkLink(receipt, terms)
  checkTime(receipt, terms)
  checkCounts(receipt, terms)
  checkCharge(receipt, terms)
  return structHash('ChunkReceipt', receipt)
}

/** All receipts of a job, in order, as `checkReceipt`. @returns the last one, null for none */
export function checkReceipts(
  receipts: readonly Signed<'ChunkReceipt'>[],
  terms: Omit<ReceiptTerms, 'previous' | 'leafRoot'>
): ChunkReceipt | null {
  let previous: ChunkReceipt | null = null
  for (const signed of receipts) {
    checkReceipt(signed, { ...terms, previous, leafRoot: null })
    previous = signed.object
  }
  return previous
}

/**
 * Whether two receipts of one signer contradict each other, which ProviderStake.slashEquivocation punishes: the same
 * job and place in its chain, but not the same words.
 */
export function contradict(first: ChunkReceipt, second: ChunkReceipt): boolean {
  if (first.jobHash !== second.jobHash || first.seq !== second.seq) return false
  return structHash('ChunkReceipt', first) !== structHash('ChunkReceipt', second)
}

function checkLink({ seq, prev, leafRoot }: ChunkReceipt, { previous, ...terms }: ReceiptTerms): void {
  if (previous !== null && previous.finish !== finishes.running) {
    throw refusal('RECEIPT_AFTER_FINISH', `Receipt ${previous.seq} had ended the job.`)
  }
  const expected = previous === null ? 0 : previous.seq + 1
  if (seq !== expected)
    throw refusal('RECEIPT_CHAIN_BROKEN', `The receipt is number ${seq}, where ${expected} is next.`)
  if (prev !== (previous === null ? noHash : structHash('ChunkReceipt', previous))) {
    throw refusal('RECEIPT_CHAIN_BROKEN', `Receipt ${seq} follows another receipt than the one before it.`)
  }
  if (terms.leafRoot !== null && leafRoot !== terms.leafRoot) {
    throw refusal('RECEIPT_ROOT_MISMATCH', `Receipt ${seq} is for other tokens than those that came.`)
  }
}

function checkTime({ seq, signedAt }: ChunkReceipt, { previous, job, now }: ReceiptTerms): void {
  if (previous !== null && signedAt < previous.signedAt) {
    throw refusal('RECEIPT_TIME_BACKWARDS', `Receipt ${seq} is of ${signedAt}, before the one that it follows.`)
  }
  if (signedAt > job.deadline) {
    throw refusal('RECEIPT_AFTER_DEADLINE', `Receipt ${seq} is of ${signedAt}; the job was due at ${job.deadline}.`)
  }
  if (signedAt > now + clockSkewSeconds) {
    throw refusal('RECEIPT_FROM_FUTURE', `Receipt ${seq} is of ${signedAt}; it is ${now}.`)
  }
}

function checkCounts(receipt: ChunkReceipt, terms: ReceiptTerms): void {
  const { seq, inTokens, cachedTokens, outTokens, finish } = receipt
  checkPrompt(receipt, terms)
  const fresh = outTokens - (terms.previous?.outTokens ?? 0)
  if (fresh < 0) throw refusal('RECEIPT_COUNTS_FALL', `Receipt ${seq} counts fewer tokens than the one before it.`)
  const { chunkTokens, maxCtx } = terms.quote
  if (fresh > chunkTokens || (finish === finishes.running && fresh !== chunkTokens)) {
    throw refusal('RECEIPT_CHUNK_SIZE', `Receipt ${seq} is for ${fresh} tokens; a chunk has ${chunkTokens}.`)
  }
  if (outTokens > terms.job.maxOut) {
    throw refusal('RECEIPT_ABOVE_MAX_OUT', `${outTokens} tokens were generated; the job allows ${terms.job.maxOut}.`)
  }
  const context = inTokens + cachedTokens + outTokens
  if (context > maxCtx) {
    throw refusal('RECEIPT_ABOVE_CONTEXT', `${context} tokens do not fit the quoted context of ${maxCtx}.`)
  }
}

/** The prompt is evaluated before the first token, so its counts stand from the first receipt on. */
function checkPrompt({ seq, inTokens, cachedTokens, outTokens, finish }: ChunkReceipt, terms: ReceiptTerms): void {
  const { previous, promptTokens } = terms
  if (previous !== null && (inTokens !== previous.inTokens || cachedTokens !== previous.cachedTokens)) {
    throw refusal('RECEIPT_PROMPT_MISMATCH', `Receipt ${seq} counts another prompt than the one before it.`)
  }
  if (promptTokens === null) return
  const counted = inTokens + cachedTokens
  const brokenOff = outTokens === 0 && (finish === finishes.cancelled || finish === finishes.error)
  if (brokenOff ? counted > promptTokens : counted !== promptTokens) {
    throw refusal(
      'RECEIPT_PROMPT_MISMATCH',
      `Receipt ${seq} counts ${counted} prompt tokens; there are ${promptTokens}.`
    )
  }
}

function checkCharge(receipt: ChunkReceipt, { quote, job }: ReceiptTerms): void {
  const due = charge(quote, receipt)
  if (receipt.chargedPico !== due) {
    throw refusal(
      'RECEIPT_CHARGE_WRONG',
      `Receipt ${receipt.seq} charges ${formatCharge(receipt.chargedPico)}; its tokens cost ${formatCharge(due)} at the quoted prices.`
    )
  }
  if (due > job.maxCharge) {
    throw refusal(
      'RECEIPT_ABOVE_MAX_CHARGE',
      `Receipt ${receipt.seq} charges ${formatCharge(due)}; the job allows ${formatCharge(job.maxCharge)}.`
    )
  }
}
