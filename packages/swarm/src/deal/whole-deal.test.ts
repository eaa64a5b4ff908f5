import { picoUsdc } from '@unhosted/core/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BaseError } from '../errors/index.ts'
import { checkJob } from './check-job.ts'
import { checkLane } from './check-lane.ts'
import { checkQuote } from './check-quote.ts'
import { checkReceipts } from './check-receipt.ts'
import { checkVoucher } from './check-voucher.ts'
import type { ChunkReceipt, Job, Lane, Quote, Voucher } from './objects.ts'
import { sign } from './signatures.ts'
import * as sample from './testing/sample-deal.ts'
import { jobTerms, quoteTerms, receiptAt, receiptTerms, voucherTerms } from './testing/sample-terms.ts'

const { deployment, keys, now } = sample

/** Everything of the sample deal, as an auditor would have it. */
interface Papers {
  readonly Lane: Lane
  readonly Quote: Quote
  readonly Job: Job
  readonly ChunkReceipt: readonly ChunkReceipt[]
  readonly Voucher: Voucher
}
const papers: Papers = {
  Lane: sample.lane,
  Quote: sample.quote,
  Job: sample.job,
  ChunkReceipt: sample.receipts,
  Voucher: sample.voucher
}

/** Check the deal as a whole, with signatures of `signer` over `given`, whatever `shown` says. */
function checkDeal(shown: Papers, given: Papers): void {
  const lane = shown.Lane
  checkLane(lane, { provider: sample.lane.provider, leastCloseWindow: 86_400 })
  const quote = { object: shown.Quote, signature: sign('Quote', given.Quote, deployment, keys.job) }
  checkQuote(quote, quoteTerms)
  const job = { object: shown.Job, signature: sign('Job', given.Job, deployment, keys.signer) }
  checkJob(job, { ...jobTerms, lane, quote: shown.Quote })
  const receipts = shown.ChunkReceipt.map((object, at) => {
    const words = given.ChunkReceipt[at] ?? expect.unreachable()
    return { object, signature: sign('ChunkReceipt', words, deployment, keys.job) }
  })
  const terms = { ...receiptTerms, now: now + 10, quote: shown.Quote, job: shown.Job }
  const last = checkReceipts(receipts, terms) ?? expect.unreachable()
  const total = picoUsdc(sample.earlier + last.chargedPico)
  const voucher = { object: shown.Voucher, signature: sign('Voucher', given.Voucher, deployment, keys.signer) }
  checkVoucher(voucher, { ...voucherTerms, lane, total })
}

describe('a whole deal', () => {
  /** Of each paper each field; of the receipts, the one in the middle. */
  const fields = Object.entries({ ...papers, ChunkReceipt: receiptAt(1) }).flatMap(([kind, paper]) =>
    Object.keys(paper).map((field) => [kind as keyof Papers, field] as const)
  )
  const change = (value: unknown, by: number): unknown => {
    if (typeof value === 'bigint') return value + BigInt(by)
    if (typeof value === 'number') return value === 0 ? 1 : value + (by % 2 === 0 ? 1 : -1)
    const text = String(value)
    const at = 2 + (by % (text.length - 2))
    return `${text.slice(0, at)}${text[at] === '7' ? '8' : '7'}${text.slice(at + 1)}`
  }
  function altered(kind: keyof Papers, field: string, by: number): Papers {
    const alter = <T extends object>(paper: T): T => ({ ...paper, [field]: change(Reflect.get(paper, field), by) })
    if (kind !== 'ChunkReceipt') return { ...papers, [kind]: alter(papers[kind]) }
    return { ...papers, ChunkReceipt: papers.ChunkReceipt.map((receipt, at) => (at === 1 ? alter(receipt) : receipt)) }
  }
  const codeOf = (work: () => void): string => {
    try {
      work()
      return 'taken'
    } catch (error) {
      return error instanceof BaseError ? error.code : String(error)
    }
  }
  const refused = /^(LANE|QUOTE|JOB|RECEIPT|VOUCHER)_/
  const by = fc.integer({ min: 1, max: 1000 })

  it('is taken as it is', () => checkDeal(papers, papers))

  it.each(fields)('is refused with %s.%s altered on its way', (kind, field) => {
    const check = (step: number) => {
      expect(codeOf(() => checkDeal(altered(kind, field, step), papers))).toMatch(refused)
    }
    fc.assert(fc.property(by, check), { numRuns: 2 })
  })

  it.each(fields)('is refused with %s.%s altered by its signer afterwards', (kind, field) => {
    const check = (step: number) => {
      const changed = altered(kind, field, step)
      expect(codeOf(() => checkDeal(changed, changed))).toMatch(refused)
    }
    fc.assert(fc.property(by, check), { numRuns: 2 })
  })

  it('is refused with a receipt dropped or two exchanged', () => {
    const reordered = (order: readonly number[]) => ({ ...papers, ChunkReceipt: order.map(receiptAt) })
    for (const order of [
      [1, 2],
      [0, 2],
      [0, 2, 1],
      [1, 0, 2],
      [0, 0, 1, 2]
    ]) {
      expect(codeOf(() => checkDeal(reordered(order), reordered(order)))).toBe('RECEIPT_CHAIN_BROKEN')
    }
    // The last one dropped is a job that still runs: the voucher pays for more than was shown.
    expect(codeOf(() => checkDeal(reordered([0, 1]), reordered([0, 1])))).toBe('VOUCHER_ABOVE_TOTAL')
  })
})
