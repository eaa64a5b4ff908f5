import { microUsdc } from '@unhosted/core/units'
import type { JobTerms } from '../check-job.ts'
import type { QuoteTerms } from '../check-quote.ts'
import type { ReceiptTerms } from '../check-receipt.ts'
import type { VerdictTerms } from '../check-verdict.ts'
import type { VoucherTerms } from '../check-voucher.ts'
import type { ChunkReceipt } from '../objects.ts'
import { addressOf } from '../signatures.ts'
import * as sample from './sample-deal.ts'

// What each side knows when the papers of the sample deal come, at the edge of what is still taken.

const { deployment, now } = sample
export const jobKeys = [addressOf(sample.keys.job)]

export function receiptAt(index: number): ChunkReceipt {
  const receipt = sample.receipts[index]
  if (receipt === undefined) throw new Error(`the sample deal has no receipt ${index}`)
  return receipt
}

export const quoteTerms: QuoteTerms = {
  deployment,
  now,
  provider: sample.lane.provider,
  jobKeys,
  peerIdHash: sample.quote.peerIdHash,
  modelId: sample.quote.modelId,
  ceiling: sample.quote,
  arbiterSets: [sample.quote.arbiterSet],
  leastCtx: sample.promptTokens + sample.job.maxOut,
  mostChunkTokens: 128,
  leastAtRisk: sample.quote.atRisk
}
export const jobTerms: JobTerms = {
  deployment,
  now,
  lane: sample.lane,
  quote: sample.quote,
  available: sample.job.maxCharge,
  attemptsTaken: 0,
  promptTokens: sample.promptTokens,
  requestCommit: sample.job.requestCommit,
  clientKey: sample.clientKey
}
export const receiptTerms: ReceiptTerms = {
  deployment,
  now: receiptAt(1).signedAt,
  quote: sample.quote,
  job: sample.job,
  jobKeys,
  promptTokens: sample.promptTokens,
  previous: receiptAt(0),
  leafRoot: receiptAt(1).leafRoot
}
export const voucherTerms: VoucherTerms = {
  deployment,
  lane: sample.lane,
  funded: sample.voucher.cumulative,
  previous: { ...sample.voucher, cumulative: microUsdc(1000n) },
  total: sample.total,
  ledgerHead: sample.voucher.ledgerHead
}
export const verdictTerms: VerdictTerms = {
  deployment,
  disputeId: sample.verdict.disputeId,
  arbiterSet: sample.quote.arbiterSet,
  panel: sample.panel,
  refundCap: sample.verdict.refund,
  evidenceRoot: sample.verdict.evidenceRoot
}
