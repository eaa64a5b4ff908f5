import { splitSignature } from '../chain/index.ts'
import type { ChunkReceipt, Job, Lane, Panel, Quote, Signed } from '../deal/index.ts'

// The objects of a deal as viem encodes them for ProviderStake: uint64 times are bigint there.

export const quoteArgument = (quote: Quote) => ({ ...quote, validUntil: BigInt(quote.validUntil) })
export const jobArgument = (job: Job) => ({ ...job, deadline: BigInt(job.deadline) })
export const receiptArgument = (receipt: ChunkReceipt) => ({ ...receipt, signedAt: BigInt(receipt.signedAt) })

/** A job as both sides signed it, and a receipt that shows that the provider took it. */
export interface Evidence {
  readonly lane: Lane
  readonly quote: Signed<'Quote'>
  readonly job: Signed<'Job'>
  readonly receipt: Signed<'ChunkReceipt'>
}

export const evidenceArgument = ({ lane, quote, job, receipt }: Evidence) => ({
  lane,
  quote: quoteArgument(quote.object),
  quoteSignature: splitSignature(quote.signature),
  job: jobArgument(job.object),
  jobSignature: splitSignature(job.signature),
  receipt: receiptArgument(receipt.object),
  receiptSignature: splitSignature(receipt.signature)
})

export const panelArgument = ({ arbiters, threshold }: Panel) => ({ arbiters: [...arbiters], threshold })
