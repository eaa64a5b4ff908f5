import { microUsdc, picoUsdc } from '@unhosted/core/units'
import { describe, expect, it } from 'vitest'
import { type DealObjects, type Hash, laneId, signed, structHash } from '../deal/index.ts'
import * as deal from '../deal/testing/sample-deal.ts'
import { type Bundle, renderBundle } from './bundle.ts'
import { type Checkpoint, ledgerHead } from './checkpoint.ts'
import { type DealEntryKind, dealKinds, dealPayload } from './opened-objects.ts'
import { bundleOf, everything, type Step, sampleLog, trust } from './testing/sample-log.ts'
import type { AuditTrust } from './trust.ts'
import { verifyBundle } from './verify-bundle.ts'

/** A log of our own making, with deal objects as good or bad as we like. */
const raw = <K extends DealEntryKind>(
  kind: K,
  object: DealObjects[(typeof dealKinds)[K]],
  key = signerOf[kind]
): Step => ({
  do: 'raw',
  kind,
  payload: dealPayload(kind, signed<(typeof dealKinds)[K]>(dealKinds[kind], object, deal.deployment, key))
})
const { signer, job: jobKey, arbiters } = deal.keys
const signerOf = { quote: jobKey, job: signer, receipt: jobKey, voucher: signer, verdict: arbiters[0] } as const
const bundleOfSteps = (...steps: readonly Step[]): Bundle => bundleOf(sampleLog(steps), everything)

const quote = raw('quote', deal.quote)
const job = raw('job', deal.job)
const [first, second, third] = deal.receipts as [
  (typeof deal.receipts)[0],
  (typeof deal.receipts)[0],
  (typeof deal.receipts)[0]
]
const receipt = raw('receipt', first)
const headOf = (...steps: readonly Step[]): Hash =>
  ledgerHead(sampleLog(steps).checkpoints[0]?.checkpoint as Checkpoint)
const begin: Step = { do: 'write', kind: 'note', text: 'begin' }
const checkpoint: Step = { do: 'checkpoint', cosigned: 2 }
const head = headOf(begin, checkpoint)
const voucher = (cumulative: bigint, ledgerHead = head, key = signer): Step =>
  raw('voucher', { laneId: laneId(deal.lane), cumulative: microUsdc(cumulative), ledgerHead }, key)

const bundle = bundleOfSteps({ do: 'job', lane: 0, receipts: 1, verdict: true })

const cases: readonly [code: string, what: string, bundle: Bundle, against?: Partial<AuditTrust>][] = [
  ['AUDIT_PAYLOAD_MALFORMED', 'a payload that is no JSON', bundleOfSteps({ do: 'raw', kind: 'note', payload: 'x' })],
  [
    'AUDIT_PAYLOAD_MALFORMED',
    'a payload that is no object',
    bundleOfSteps({ do: 'raw', kind: 'audit', payload: '[1]' })
  ],
  ['AUDIT_PAYLOAD_MALFORMED', 'a job that is none', bundleOfSteps({ do: 'raw', kind: 'job', payload: '{}' })],
  [
    'AUDIT_PAYLOAD_MALFORMED',
    'a quote written otherwise',
    bundleOfSteps({ ...quote, payload: ` ${'payload' in quote ? quote.payload : ''}` } as Step)
  ],
  ['AUDIT_SIGNER_WRONG', 'a quote by a key of nobody', bundleOfSteps(raw('quote', deal.quote, signer))],
  ['AUDIT_SIGNER_WRONG', 'a job by a key of nobody', bundleOfSteps(quote, raw('job', deal.job, jobKey))],
  ['AUDIT_SIGNER_WRONG', 'a receipt by the payer', bundleOfSteps(quote, job, raw('receipt', first, signer))],
  ['AUDIT_SIGNER_WRONG', 'a voucher by the provider', bundleOfSteps(begin, checkpoint, voucher(1n, head, jobKey))],
  ['AUDIT_SIGNER_WRONG', 'a verdict by no arbiter', bundleOfSteps(quote, job, raw('verdict', deal.verdict, signer))],
  [
    'AUDIT_SIGNER_WRONG',
    'a signature that no key makes',
    bundleOfSteps({
      ...quote,
      payload: 'payload' in quote ? quote.payload.replace(/"0x[0-9a-f]{128}"/, `"0x${'ff'.repeat(64)}"`) : ''
    } as Step)
  ],
  ['AUDIT_SIGNER_WRONG', 'another chain', bundleOfSteps(quote), { deployment: { ...deal.deployment, chainId: 1 } }],
  ['AUDIT_LINK_MISSING', 'a job without its quote', bundleOfSteps(job)],
  ['AUDIT_LINK_MISSING', 'a receipt without its job', bundleOfSteps(receipt)],
  ['AUDIT_LINK_MISSING', 'a verdict without its job', bundleOfSteps(raw('verdict', deal.verdict))],
  ['AUDIT_LINK_MISSING', 'a verdict without its panel', { ...bundle, panels: [] }],
  ['AUDIT_LINK_MISSING', 'a voucher without its lane', { ...bundleOfSteps(begin, checkpoint, voucher(1n)), lanes: [] }],
  [
    'AUDIT_LINK_MISSING',
    "another provider's quote",
    otherProvider(),
    {
      jobKeys: [
        { provider: deal.lane.payer, key: deal.job.laneId.slice(0, 42) as Hash },
        ...trust.jobKeys,
        { provider: deal.lane.payer, key: trust.jobKeys[0]?.key ?? '0x' }
      ]
    }
  ],
  ['AUDIT_RECEIPTS_BROKEN', 'the first receipt missing', bundleOfSteps(quote, job, raw('receipt', second))],
  ['AUDIT_RECEIPTS_BROKEN', 'a receipt left out', bundleOfSteps(quote, job, receipt, raw('receipt', third))],
  [
    'AUDIT_RECEIPTS_BROKEN',
    'two receipts of one number',
    bundleOfSteps(quote, job, receipt, raw('receipt', { ...first, outTokens: 1 }))
  ],
  [
    'AUDIT_RECEIPTS_BROKEN',
    'a receipt that follows another',
    bundleOfSteps(quote, job, receipt, raw('receipt', { ...second, prev: head }))
  ],
  [
    'AUDIT_RECEIPTS_BROKEN',
    'fewer tokens than before',
    bundleOfSteps(quote, job, receipt, raw('receipt', { ...second, outTokens: 1 }))
  ],
  [
    'AUDIT_RECEIPTS_BROKEN',
    'a smaller charge than before',
    bundleOfSteps(quote, job, receipt, raw('receipt', { ...second, chargedPico: picoUsdc(0n) }))
  ],
  ['AUDIT_RECEIPTS_BROKEN', 'a receipt after the end', afterTheEnd()],
  ['AUDIT_VOUCHER_FELL', 'a voucher for less', bundleOfSteps(begin, checkpoint, voucher(2n), voucher(1n))],
  ['AUDIT_HEAD_WRONG', 'a head of nothing', bundleOfSteps(begin, checkpoint, voucher(1n, laneId(deal.lane)))],
  ['AUDIT_HEAD_WRONG', 'a head that goes back', headGoesBack()]
]

function otherProvider(): Bundle {
  const quote = { ...deal.quote, provider: deal.lane.payer }
  return bundleOfSteps(raw('quote', quote), raw('job', { ...deal.job, quoteHash: structHash('Quote', quote) }))
}

function afterTheEnd(): Bundle {
  const ended = { ...first, finish: 1 as const }
  const more = { ...second, prev: structHash('ChunkReceipt', ended) }
  return bundleOfSteps(quote, job, raw('receipt', ended), raw('receipt', more))
}

function headGoesBack(): Bundle {
  const upTo = [begin, checkpoint, begin, checkpoint] as const
  const later = ledgerHead(sampleLog(upTo).checkpoints[1]?.checkpoint as Checkpoint)
  return bundleOfSteps(...upTo, voucher(1n, later), voucher(2n, head))
}

describe('what a log shows of deals', () => {
  it.each(cases)('%s: %s', (code, _, bundle, against = {}) => {
    const verdict = verifyBundle(renderBundle(bundle), { ...trust, ...against })
    if (verdict.ok) expect.fail('it verified')
    expect(verdict.error.code).toBe(code)
    expect(verdict.error.details).toMatchObject({ part: 'opening', index: bundle.openings.length - 2 })
  })

  it('is held against what stands before it, not after', () => {
    const text = renderBundle(bundleOfSteps(job, quote))
    expect(verifyBundle(text, trust)).toMatchObject({ error: { code: 'AUDIT_LINK_MISSING', details: { index: 0 } } })
  })

  it('of a provider may hold vouchers with heads of other logs', () => {
    const text = renderBundle(bundleOfSteps(voucher(1n, laneId(deal.lane))))
    expect(verifyBundle(text, { ...trust, owner: 'provider' })).toMatchObject({ ok: true })
    expect(verifyBundle(text, trust)).toMatchObject({ ok: false })
  })
})
