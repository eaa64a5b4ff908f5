import { microUsdc, picoUsdc, toPico } from '@unhosted/core/units'
import { describe, expect, it } from 'vitest'
import { BaseError, type ErrorCode, errorSpec } from '../errors/index.ts'
import { checkJob, type JobTerms, longestJobSeconds } from './check-job.ts'
import { checkJobKey, checkLane } from './check-lane.ts'
import { checkQuote, type QuoteTerms } from './check-quote.ts'
import { checkReceipt, contradict, type ReceiptTerms } from './check-receipt.ts'
import { checkPanel, checkVerdict, type VerdictTerms } from './check-verdict.ts'
import { checkVoucher, type VoucherTerms } from './check-voucher.ts'
import type { ChunkReceipt, CompactSignature, Hash, Hex, Job, Lane, Panel, Quote, Verdict, Voucher } from './objects.ts'
import { charge } from './pricing.ts'
import { addressOf, sign, signed } from './signatures.ts'
import * as sample from './testing/sample-deal.ts'
import {
  jobKeys,
  jobTerms,
  quoteTerms,
  receiptAt,
  receiptTerms,
  verdictTerms,
  voucherTerms
} from './testing/sample-terms.ts'
import { arbiterSet, jobId, laneId, structHash } from './typed-data.ts'

const { deployment, keys, now } = sample
const other: Hash = `0x${'ee'.repeat(32)}`
const stranger: Hex = `0x${'0e'.repeat(32)}`
const nobody: Hash = `0x${'00'.repeat(32)}`
const elsewhere = { ...deployment, chainId: 8453 }

/** It throws this code, with the remedy that docs/errors.md gives for it. */
function expectRefusal(work: () => unknown, code: ErrorCode): void {
  let thrown: unknown
  try {
    work()
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(BaseError)
  expect(thrown).toMatchObject({ code, advice: errorSpec(code).remedy })
}

const quoteWith = (change: Partial<Quote>, terms: Partial<QuoteTerms> = {}, key = keys.job as Hex) =>
  checkQuote(signed('Quote', { ...sample.quote, ...change }, deployment, key), { ...quoteTerms, ...terms })
const jobWith = (change: Partial<Job>, terms: Partial<JobTerms> = {}, key = keys.signer as Hex) =>
  checkJob(signed('Job', { ...sample.job, ...change }, deployment, key), { ...jobTerms, ...terms })
const voucherWith = (change: Partial<Voucher>, terms: Partial<VoucherTerms> = {}, key = keys.signer as Hex) =>
  checkVoucher(signed('Voucher', { ...sample.voucher, ...change }, deployment, key), { ...voucherTerms, ...terms })
/** The second receipt of the sample, priced right for its counts unless `change` says otherwise. */
function receiptWith(change: Partial<ChunkReceipt>, terms: Partial<ReceiptTerms> = {}, key = keys.job as Hex): Hash {
  const counts = { ...receiptAt(1), ...change }
  const receipt = { ...counts, chargedPico: charge(sample.quote, counts), ...change }
  return checkReceipt(signed('ChunkReceipt', receipt, deployment, key), { ...receiptTerms, ...terms })
}
const verdictSigned = (verdict: Verdict, by: readonly Hex[]): readonly CompactSignature[] =>
  by.map((key) => sign('Verdict', verdict, deployment, key))
const verdictWith = (
  change: Partial<Verdict>,
  terms: Partial<VerdictTerms> = {},
  by: readonly Hex[] = keys.arbiters
) => {
  const verdict = { ...sample.verdict, ...change }
  checkVerdict(verdict, verdictSigned(verdict, by), { ...verdictTerms, ...terms })
}

type Case = readonly [id: string, code: ErrorCode, work: () => unknown]

describe('a lane', () => {
  const terms = { provider: sample.lane.provider, leastCloseWindow: 86_400 }
  const laneWith = (change: Partial<Lane>, least = 86_400) =>
    checkLane({ ...sample.lane, ...change }, { ...terms, leastCloseWindow: least })
  it('that pays the provider and leaves time to claim is taken', () => {
    laneWith({})
    laneWith({ closeWindow: 2_592_000 })
    laneWith({ closeWindow: 3600 }, 0)
  })

  it.each<Case>([
    ['of another provider', 'LANE_PROVIDER_MISMATCH', () => laneWith({ provider: sample.lane.payer })],
    ['that closes sooner than the provider wants', 'LANE_WINDOW_UNSUITABLE', () => laneWith({ closeWindow: 86_399 })],
    ['that closes sooner than contracts allow', 'LANE_WINDOW_UNSUITABLE', () => laneWith({ closeWindow: 3599 }, 0)],
    ['that closes later than contracts allow', 'LANE_WINDOW_UNSUITABLE', () => laneWith({ closeWindow: 2_592_001 })]
  ])('%s is refused', (_id, code, work) => expectRefusal(work, code))
})

describe('the consent of a job key', () => {
  const terms = { deployment, jobKey: jobKeys[0] ?? expect.unreachable(), ...sample.jobKey }
  const given = signed('JobKey', sample.jobKey, deployment, keys.job)
  it('is taken', () => checkJobKey(given, terms))

  it.each<Case>([
    ['for another provider', 'JOB_KEY_MISMATCH', () => checkJobKey(given, { ...terms, provider: sample.lane.payer })],
    ['as another peer', 'JOB_KEY_MISMATCH', () => checkJobKey(given, { ...terms, peerIdHash: other })],
    ['of another key', 'JOB_KEY_SIGNATURE', () => checkJobKey(given, { ...terms, jobKey: sample.lane.payer })],
    ['on another chain', 'JOB_KEY_SIGNATURE', () => checkJobKey(given, { ...terms, deployment: elsewhere })]
  ])('%s is refused', (_id, code, work) => expectRefusal(work, code))
})

describe('a quote', () => {
  it('that fits all terms exactly is taken, and its hash returned', () => {
    expect(quoteWith({})).toBe(sample.job.quoteHash)
    expect(quoteWith({ validUntil: now + 1 })).not.toBe(sample.job.quoteHash)
    expect(quoteWith({ maxCtx: quoteTerms.leastCtx })).not.toBe(sample.job.quoteHash)
  })

  const up = (price: bigint) => picoUsdc(price + 1n)
  it.each<Case>([
    ['of another provider', 'QUOTE_PROVIDER_MISMATCH', () => quoteWith({ provider: sample.lane.payer })],
    ['signed by a stranger', 'QUOTE_SIGNATURE', () => quoteWith({}, {}, stranger)],
    ['signed for another chain', 'QUOTE_SIGNATURE', () => quoteWith({}, { deployment: elsewhere })],
    ['of a provider without keys', 'QUOTE_SIGNATURE', () => quoteWith({}, { jobKeys: [] })],
    ['for another peer', 'QUOTE_PEER_MISMATCH', () => quoteWith({ peerIdHash: other })],
    ['for another model', 'QUOTE_MODEL_MISMATCH', () => quoteWith({ modelId: other })],
    ['that ends this second', 'QUOTE_EXPIRED', () => quoteWith({ validUntil: now })],
    ['dearer by a pico-USDC for input', 'QUOTE_ABOVE_CEILING', () => quoteWith({ inPico: up(sample.quote.inPico) })],
    ['dearer by a pico-USDC for output', 'QUOTE_ABOVE_CEILING', () => quoteWith({ outPico: up(sample.quote.outPico) })],
    [
      'dearer by a pico-USDC from the cache',
      'QUOTE_ABOVE_CEILING',
      () => quoteWith({ cachedPico: up(sample.quote.cachedPico) })
    ],
    ['with other judges', 'QUOTE_PANEL_UNKNOWN', () => quoteWith({ arbiterSet: nobody })],
    ['with a token of context too few', 'QUOTE_CONTEXT_SMALL', () => quoteWith({ maxCtx: quoteTerms.leastCtx - 1 })],
    ['with no receipts', 'QUOTE_CHUNK_SIZE', () => quoteWith({ chunkTokens: 0 })],
    ['with receipts too seldom', 'QUOTE_CHUNK_SIZE', () => quoteWith({ chunkTokens: 129 })],
    ['with too little at risk', 'QUOTE_AT_RISK_LOW', () => quoteWith({ atRisk: microUsdc(4_999_999n) })]
  ])('%s is refused', (_id, code, work) => expectRefusal(work, code))

  it('above the ceiling says which price, and both in dollars', () => {
    expect(() => quoteWith({ outPico: picoUsdc(900_000n) })).toThrow(
      '$0.90/M for output tokens is above your ceiling of $0.40/M.'
    )
  })
})

describe('a job', () => {
  const unpriced = { promptTokens: null, requestCommit: null, clientKey: null }
  it('that fits all terms exactly is taken, and its hash returned', () => {
    expect(jobWith({})).toBe(receiptAt(0).jobHash)
    expect(jobWith({ deadline: sample.quote.validUntil, attempt: 3 })).not.toBe(receiptAt(0).jobHash)
    expect(jobWith({ maxOut: 8192 - sample.promptTokens })).not.toBe(receiptAt(0).jobHash)
    // 1,200 tokens of prompt at $0.20 for a million.
    expect(jobWith({ maxCharge: picoUsdc(240_000_000n) })).not.toBe(receiptAt(0).jobHash)
  })

  it('is taken by who has not seen the request, with the whole context as its bound', () => {
    const whole = picoUsdc(8192n * 200_000n + 512n * 400_000n)
    jobWith({ maxCharge: whole }, { ...unpriced, available: whole })
    jobWith({ maxCharge: picoUsdc(1n) }, unpriced)
    const more = picoUsdc(whole + 1n)
    expectRefusal(() => jobWith({ maxCharge: more }, { ...unpriced, available: more }), 'JOB_ABOVE_QUOTE')
  })

  const longQuote = { ...sample.quote, validUntil: now + 10 * longestJobSeconds }
  const dueIn = (seconds: number) =>
    jobWith({ deadline: now + seconds, quoteHash: structHash('Quote', longQuote) }, { quote: longQuote })
  it('may take a day', () => {
    expect(dueIn(longestJobSeconds)).toMatch(/^0x/)
  })

  const otherLane = { ...sample.lane, provider: sample.lane.payer }
  const otherQuote = { ...sample.quote, nonce: other }
  it.each<Case>([
    ['for another lane', 'JOB_LANE_MISMATCH', () => jobWith({ laneId: other })],
    ['with other terms of its lane', 'JOB_LANE_MISMATCH', () => jobWith({}, { lane: { ...sample.lane, nonce: 8n } })],
    [
      'on the lane of another provider',
      'JOB_PROVIDER_MISMATCH',
      () => jobWith({ laneId: laneId(otherLane) }, { lane: otherLane })
    ],
    ['by another quote', 'JOB_QUOTE_MISMATCH', () => jobWith({ quoteHash: other })],
    ['with other words of its quote', 'JOB_QUOTE_MISMATCH', () => jobWith({}, { quote: otherQuote })],
    ['signed by a stranger', 'JOB_SIGNATURE', () => jobWith({}, {}, stranger)],
    ['signed by the provider', 'JOB_SIGNATURE', () => jobWith({}, {}, keys.job)],
    ['signed for another chain', 'JOB_SIGNATURE', () => jobWith({}, { deployment: elsewhere })],
    ['for another request', 'JOB_REQUEST_MISMATCH', () => jobWith({ requestCommit: other })],
    ['with an id of its own', 'JOB_ID_MISMATCH', () => jobWith({ jobId: other })],
    [
      'with the id of another client',
      'JOB_ID_MISMATCH',
      () => jobWith({ jobId: jobId(sample.job.laneId, other, sample.job.requestCommit) })
    ],
    ['that was taken before', 'JOB_REPEATED', () => jobWith({}, { attemptsTaken: 1 })],
    ['due this second', 'JOB_EXPIRED', () => jobWith({ deadline: now })],
    ['due after its quote', 'JOB_DEADLINE_LATE', () => jobWith({ deadline: sample.quote.validUntil + 1 })],
    ['due in more than a day', 'JOB_DEADLINE_FAR', () => dueIn(longestJobSeconds + 1)],
    ['above the context', 'JOB_ABOVE_CONTEXT', () => jobWith({ maxOut: 8192 - sample.promptTokens + 1 })],
    ['above what its quote comes to', 'JOB_ABOVE_QUOTE', () => jobWith({ maxCharge: picoUsdc(444_800_001n) })],
    ['below what its prompt may cost', 'JOB_BELOW_PROMPT', () => jobWith({ maxCharge: picoUsdc(239_999_999n) })],
    ['above what its lane has left', 'JOB_ABOVE_LANE', () => jobWith({}, { available: picoUsdc(444_799_999n) })]
  ])('%s is refused', (_id, code, work) => expectRefusal(work, code))
})

describe('a receipt', () => {
  const last = { outTokens: 200, finish: 1 } as const
  it('that follows is taken, and its hash returned', () => {
    expect(receiptWith({})).toBe(receiptAt(2).prev)
  })

  it.each<readonly [string, Partial<ChunkReceipt>, Partial<ReceiptTerms>]>([
    ['the last, with a chunk that is not full', last, {}],
    ['the last, with nothing new', { ...last, outTokens: 128 }, {}],
    ['of the same second as the one before', { signedAt: receiptAt(0).signedAt }, {}],
    ['of the last second of the job', { signedAt: sample.job.deadline }, { now: sample.job.deadline }],
    ['a minute ahead of this clock', { signedAt: now + 60 }, { now }],
    ['whose tokens and prompt one has not seen', { leafRoot: other }, { leafRoot: null, promptTokens: null }]
  ])('%s is taken', (_id, change, terms) => {
    expect(receiptWith(change, terms)).toMatch(/^0x/)
  })

  it('that breaks a job off before its first token may count a part of the prompt, or none', () => {
    const start = { seq: 0, prev: nobody, outTokens: 0, leafRoot: receiptAt(1).leafRoot } as const
    for (const finish of [3, 4] as const) {
      receiptWith({ ...start, inTokens: 0, cachedTokens: 0, finish }, { previous: null })
      receiptWith({ ...start, inTokens: 200, cachedTokens: 500, finish }, { previous: null })
      receiptWith({ ...start, inTokens: 200, cachedTokens: 1000, finish }, { previous: null })
    }
    const tooMuch = { ...start, inTokens: 201, finish: 4 } as const
    expectRefusal(() => receiptWith(tooMuch, { previous: null }), 'RECEIPT_PROMPT_MISMATCH')
    const stopped = { ...start, inTokens: 0, cachedTokens: 0, finish: 1 } as const
    expectRefusal(() => receiptWith(stopped, { previous: null }), 'RECEIPT_PROMPT_MISMATCH')
  })

  const jobOf = (change: Partial<Job>) => {
    const job = { ...sample.job, ...change }
    const previous = { ...receiptAt(0), jobHash: structHash('Job', job) }
    const link = { jobHash: structHash('Job', job), prev: structHash('ChunkReceipt', previous) }
    return (receipt: Partial<ChunkReceipt> = {}) => receiptWith({ ...link, ...receipt }, { job, previous })
  }
  const small = { ...sample.quote, maxCtx: 1455 }
  it('that takes all that its job and its context allow is taken', () => {
    jobOf({ maxOut: 256 })()
    jobOf({ maxCharge: picoUsdc(192_400_000n) })()
    receiptWith({}, { quote: { ...small, maxCtx: 1456 } })
  })

  it.each<Case>([
    ['for another job', 'RECEIPT_JOB_MISMATCH', () => receiptWith({ jobHash: other })],
    ['signed by a stranger', 'RECEIPT_SIGNATURE', () => receiptWith({}, {}, stranger)],
    ['signed for another chain', 'RECEIPT_SIGNATURE', () => receiptWith({}, { deployment: elsewhere })],
    [
      'after the final one',
      'RECEIPT_AFTER_FINISH',
      () => receiptWith({}, { previous: { ...receiptAt(0), finish: 1 } })
    ],
    ['with a number left out', 'RECEIPT_CHAIN_BROKEN', () => receiptWith({ seq: 2 })],
    ['with a number said again', 'RECEIPT_CHAIN_BROKEN', () => receiptWith({ seq: 0 })],
    ['after another one', 'RECEIPT_CHAIN_BROKEN', () => receiptWith({ prev: other })],
    ['first, with one before it', 'RECEIPT_CHAIN_BROKEN', () => receiptWith({ seq: 0 }, { previous: null })],
    ['first, but not number 0', 'RECEIPT_CHAIN_BROKEN', () => receiptWith({ prev: nobody }, { previous: null })],
    ['for other tokens', 'RECEIPT_ROOT_MISMATCH', () => receiptWith({ leafRoot: other })],
    ['dated backwards', 'RECEIPT_TIME_BACKWARDS', () => receiptWith({ signedAt: receiptAt(0).signedAt - 1 })],
    [
      'dated after the deadline',
      'RECEIPT_AFTER_DEADLINE',
      () => receiptWith({ signedAt: sample.job.deadline + 1 }, { now: now + 900 })
    ],
    ['dated ahead of time', 'RECEIPT_FROM_FUTURE', () => receiptWith({ signedAt: now + 61 }, { now })],
    [
      'with another prompt than before',
      'RECEIPT_PROMPT_MISMATCH',
      () => receiptWith({ inTokens: 201, cachedTokens: 999 })
    ],
    [
      'with cached tokens as evaluated',
      'RECEIPT_PROMPT_MISMATCH',
      () => receiptWith({ cachedTokens: 1001 }, { promptTokens: null })
    ],
    ['with more prompt than there is', 'RECEIPT_PROMPT_MISMATCH', () => receiptWith({}, { promptTokens: 1199 })],
    ['with fewer tokens than before', 'RECEIPT_COUNTS_FALL', () => receiptWith({ outTokens: 127 })],
    ['for a token more than a chunk', 'RECEIPT_CHUNK_SIZE', () => receiptWith({ outTokens: 257, finish: 1 })],
    ['for a token less, though more is to come', 'RECEIPT_CHUNK_SIZE', () => receiptWith({ outTokens: 255 })],
    ['above the tokens of its job', 'RECEIPT_ABOVE_MAX_OUT', () => jobOf({ maxOut: 255 })()],
    ['above the context', 'RECEIPT_ABOVE_CONTEXT', () => receiptWith({}, { quote: small })],
    ['a pico-USDC dearer', 'RECEIPT_CHARGE_WRONG', () => receiptWith({ chargedPico: picoUsdc(192_400_001n) })],
    ['a pico-USDC cheaper', 'RECEIPT_CHARGE_WRONG', () => receiptWith({ chargedPico: picoUsdc(192_399_999n) })],
    ['above the charge of its job', 'RECEIPT_ABOVE_MAX_CHARGE', () => jobOf({ maxCharge: picoUsdc(192_399_999n) })()]
  ])('%s is refused', (_id, code, work) => expectRefusal(work, code))

  it('contradicts another of the same number, and nothing else', () => {
    const second = { ...receiptAt(1), leafRoot: other }
    expect(contradict(receiptAt(1), second)).toBe(true)
    expect(contradict(receiptAt(1), receiptAt(1))).toBe(false)
    expect(contradict(receiptAt(0), second)).toBe(false)
    expect(contradict(receiptAt(1), { ...second, jobHash: other })).toBe(false)
  })
})

describe('a voucher', () => {
  it('for what is owed is taken, with or without one before it, and once more', () => {
    voucherWith({})
    voucherWith({}, { previous: null, ledgerHead: null })
    voucherWith({}, { previous: sample.voucher })
  })

  const micro = (change: bigint) => microUsdc(sample.voucher.cumulative + change)
  it.each<Case>([
    ['for another lane', 'VOUCHER_LANE_MISMATCH', () => voucherWith({ laneId: other })],
    ['signed by a stranger', 'VOUCHER_SIGNATURE', () => voucherWith({}, {}, stranger)],
    ['signed for another chain', 'VOUCHER_SIGNATURE', () => voucherWith({}, { deployment: elsewhere })],
    ['without a log head', 'VOUCHER_LEDGER_MISMATCH', () => voucherWith({ ledgerHead: nobody }, { ledgerHead: null })],
    ['with another log head', 'VOUCHER_LEDGER_MISMATCH', () => voucherWith({ ledgerHead: other })],
    [
      'below the one before',
      'VOUCHER_FALLS',
      () => voucherWith({}, { previous: { ...sample.voucher, cumulative: micro(1n) } })
    ],
    ['above what the lane holds', 'VOUCHER_ABOVE_FUNDING', () => voucherWith({}, { funded: micro(-1n) })],
    ['a micro-USDC short', 'VOUCHER_SHORT', () => voucherWith({ cumulative: micro(-1n) })],
    ['rounded up', 'VOUCHER_ABOVE_TOTAL', () => voucherWith({ cumulative: micro(1n) }, { funded: micro(1n) })]
  ])('%s is refused', (_id, code, work) => expectRefusal(work, code))

  it('is not short just below the next micro-USDC', () => {
    voucherWith({}, { total: picoUsdc(toPico(micro(1n)) - 1n) })
    expectRefusal(() => voucherWith({}, { total: toPico(micro(1n)) }), 'VOUCHER_SHORT')
  })
})

describe('a verdict', () => {
  it('of enough arbiters is taken, in any order', () => {
    verdictWith({})
    verdictWith({ refund: microUsdc(0n) }, { evidenceRoot: null }, keys.arbiters.toReversed().slice(1))
    verdictWith({ guilty: false, refund: microUsdc(0n) })
  })

  const [first, second] = keys.arbiters
  const fewer: Panel = { arbiters: [addressOf(first), addressOf(second)], threshold: 3 }
  it.each<Case>([
    ['on another dispute', 'VERDICT_DISPUTE_MISMATCH', () => verdictWith({ disputeId: other })],
    ['of another panel', 'VERDICT_PANEL_MISMATCH', () => verdictWith({}, { panel: { ...sample.panel, threshold: 1 } })],
    [
      'of a panel that cannot judge',
      'PANEL_UNSOUND',
      () => verdictWith({}, { panel: fewer, arbiterSet: arbiterSet(fewer) })
    ],
    ['on other evidence', 'VERDICT_EVIDENCE_MISMATCH', () => verdictWith({ evidenceRoot: other })],
    ['with more refund than was paid', 'VERDICT_REFUND', () => verdictWith({ refund: microUsdc(211n) })],
    ['with a refund for nothing', 'VERDICT_REFUND', () => verdictWith({ guilty: false, refund: microUsdc(1n) })],
    ['signed by a stranger as well', 'VERDICT_SIGNATURE', () => verdictWith({}, {}, [first, second, stranger])],
    ['signed for another chain', 'VERDICT_SIGNATURE', () => verdictWith({}, { deployment: elsewhere })],
    ['signed twice by one arbiter', 'VERDICT_SIGNED_TWICE', () => verdictWith({}, {}, [first, first])],
    ['signed by one of two', 'VERDICT_TOO_FEW', () => verdictWith({}, {}, [first])],
    ['signed by nobody', 'VERDICT_TOO_FEW', () => verdictWith({}, {}, [])]
  ])('%s is refused', (_id, code, work) => expectRefusal(work, code))

  const seats = (count: number) => Array.from({ length: count }, (_, at) => `0x${'a'.repeat(38)}${at + 10}` as const)
  it.each<readonly [string, Panel]>([
    ['no arbiters', { arbiters: [], threshold: 0 }],
    ['a threshold of 0', { arbiters: seats(3), threshold: 0 }],
    ['a threshold above the arbiters', { arbiters: seats(3), threshold: 4 }],
    ['sixteen arbiters', { arbiters: seats(16), threshold: 9 }],
    ['one arbiter twice', { arbiters: [...seats(3), ...seats(1)], threshold: 2 }],
    ['the zero address', { arbiters: [`0x${'00'.repeat(20)}`], threshold: 1 }]
  ])('of a panel with %s cannot be', (_id, panel) => {
    expectRefusal(() => checkPanel(panel), 'PANEL_UNSOUND')
  })

  it.each([1, 15])('of a panel of %i can be', (count) => {
    checkPanel({ arbiters: seats(count), threshold: count })
  })
})
