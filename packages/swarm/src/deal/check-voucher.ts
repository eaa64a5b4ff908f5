import type { MicroUsdc, PicoUsdc } from '@unhosted/core/units'
import type { Hash, Lane, Voucher } from './objects.ts'
import { owedRoundedDown } from './pricing.ts'
import { refusal } from './refusal.ts'
import type { Signed } from './schema.ts'
import { isSignedBy } from './signatures.ts'
import { type Deployment, laneId } from './typed-data.ts'
import { formatUsdc } from './usdc-text.ts'

const noHash: Hash = `0x${'00'.repeat(32)}`

/** What is known of a lane when a voucher for it comes. */
export interface VoucherTerms {
  readonly deployment: Deployment
  readonly lane: Lane
  /** What the chain holds for the lane in all, claimed part included, confirmed as deep as one wants. */
  readonly funded: MicroUsdc
  /** The voucher before, already checked; null for the first. */
  readonly previous: Voucher | null
  /** All charges of the lane, exactly: `laneTotal` over the last receipt of each of its jobs. */
  readonly total: PicoUsdc
  /** The head of the requester's log that one was shown; null: who was shown none. */
  readonly ledgerHead: Hash | null
}

/**
 * Whether a voucher pays what the receipts of its lane come to: no less, no more, and from money that is there.
 * @throws BaseError VOUCHER_LANE_MISMATCH, VOUCHER_SIGNATURE, VOUCHER_LEDGER_MISMATCH, VOUCHER_FALLS,
 * VOUCHER_ABOVE_FUNDING, VOUCHER_SHORT, VOUCHER_ABOVE_TOTAL
 */
export function checkVoucher(signed: Signed<'Voucher'>, terms: VoucherTerms): void {
  const { cumulative, ledgerHead, ...voucher } = signed.object
  if (voucher.laneId !== laneId(terms.lane)) throw refusal('VOUCHER_LANE_MISMATCH', 'The voucher is for another lane.')
  if (!isSignedBy('Voucher', signed, terms.deployment, terms.lane.signer)) {
    throw refusal('VOUCHER_SIGNATURE', `The voucher is not signed by ${terms.lane.signer}, the signer of its lane.`)
  }
  if (ledgerHead === noHash || (terms.ledgerHead !== null && ledgerHead !== terms.ledgerHead)) {
    throw refusal('VOUCHER_LEDGER_MISMATCH', 'The voucher carries no log head, or another than the one that was shown.')
  }
  checkAmount(cumulative, terms)
}

function checkAmount(cumulative: MicroUsdc, { funded, previous, total }: VoucherTerms): void {
  const says = `The voucher is for ${formatUsdc(cumulative)} in all`
  if (previous !== null && cumulative < previous.cumulative) {
    throw refusal('VOUCHER_FALLS', `${says}; the one before it was for ${formatUsdc(previous.cumulative)}.`)
  }
  if (cumulative > funded) {
    throw refusal('VOUCHER_ABOVE_FUNDING', `${says}; its lane holds ${formatUsdc(funded)}.`)
  }
  const owed = owedRoundedDown(total)
  if (cumulative < owed) throw refusal('VOUCHER_SHORT', `${says}; ${formatUsdc(owed)} are owed.`)
  if (cumulative > owed) throw refusal('VOUCHER_ABOVE_TOTAL', `${says}; only ${formatUsdc(owed)} are owed.`)
}
