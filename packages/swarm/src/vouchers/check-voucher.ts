import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import {
  type Address,
  type Deployment,
  laneId as idOf,
  isSignedBy,
  type Lane,
  type Signed,
  type Voucher
} from '../deal/index.ts'
import type { LaneState } from '../lanes/index.ts'
import { aboveFunding, laneClosing, notHigher, wrongParty } from './voucher-errors.ts'

// Whether a provider should serve on a voucher: decided from the facts given and from nothing else.

export interface VoucherTerms {
  readonly lane: Lane
  readonly voucher: Signed<'Voucher'>
  /** Us. */
  readonly provider: Address
  readonly deployment: Deployment
  /** The highest sum accepted on this lane before; 0 for none. */
  readonly accepted: MicroUsdc
}

export interface VoucherFunds {
  readonly voucher: Voucher
  readonly accepted: MicroUsdc
  /** The lane so deep in the chain that a reorg is not expected to undo it: what it holds for certain. */
  readonly confirmed: LaneState
  /** The lane in the newest block: whether it is closing. */
  readonly newest: LaneState
}

/**
 * What can be told without the chain: the right lane, for us, more than before, signed. More than 400 a second on one
 * core, nearly all of it the signature.
 * @throws BaseError VOUCHER_WRONG_PARTY | VOUCHER_NOT_HIGHER
 */
export function checkTerms({ lane, voucher, provider, deployment, accepted }: VoucherTerms): void {
  const { laneId, cumulative } = voucher.object
  if (idOf(lane) !== laneId) throw wrongParty(laneId, 'the terms that came with it are those of another lane')
  if (lane.provider !== provider) throw wrongParty(laneId, `it pays ${lane.provider}, not ${provider}`)
  if (cumulative <= accepted) throw notHigher(laneId, cumulative, accepted)
  if (!isSignedBy('Voucher', voucher, deployment, lane.signer)) throw wrongParty(laneId, 'its signer did not sign it')
}

/**
 * Whether the chain covers it.
 * @returns what it adds to what was accepted or claimed before
 * @throws BaseError VOUCHER_NOT_HIGHER | VOUCHER_LANE_UNKNOWN | VOUCHER_LANE_CLOSING | VOUCHER_ABOVE_FUNDING
 */
export function checkFunds({ voucher, accepted, confirmed, newest }: VoucherFunds): MicroUsdc {
  const { laneId, cumulative } = voucher
  const before = [confirmed.claimed, newest.claimed].reduce((most, each) => (each > most ? each : most), accepted)
  for (const state of [newest, confirmed]) if (state.status !== 'open') throw laneClosing(laneId, state)
  if (cumulative <= before) throw notHigher(laneId, cumulative, before)
  if (cumulative > confirmed.funded) throw aboveFunding(laneId, cumulative, confirmed.funded)
  return microUsdc(cumulative - before)
}
