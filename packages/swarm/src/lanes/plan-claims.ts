import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import { type Deployment, type Hash, laneId as idOf, isSignedBy, type Lane, type Signed } from '../deal/index.ts'
import type { LaneState } from './lane-state.ts'

export interface ClaimRow {
  readonly lane: Lane
  readonly voucher: Signed<'Voucher'>
}

/** ISwarmLanes.Skip, in its order. */
export const skipReasons = ['UnknownLane', 'Closed', 'NothingNew', 'AboveFunding', 'BadSignature'] as const
export type SkipReason = (typeof skipReasons)[number]

export const skipWords: Readonly<Record<SkipReason, string>> = {
  UnknownLane: 'the chain knows no lane with these terms',
  Closed: 'the lane is closed: what was not claimed went back to its payer',
  NothingNew: 'as much or more was claimed before',
  AboveFunding: 'it promises more than the lane holds',
  BadSignature: 'the signer of the lane did not sign it'
}

export interface ClaimPlan {
  /** Rows worth sending, by their place in the input. */
  readonly good: readonly { readonly index: number; readonly laneId: Hash; readonly expected: MicroUsdc }[]
  readonly bad: readonly { readonly index: number; readonly laneId: Hash; readonly reason: SkipReason }[]
}

/**
 * Which rows to send: what SwarmLanes itself would decide, on the states given. Of several vouchers of one lane only the
 * highest good one is sent, because the others add gas and nothing else.
 */
export function planClaims(
  rows: readonly ClaimRow[],
  states: ReadonlyMap<Hash, LaneState>,
  deployment: Deployment
): ClaimPlan {
  const good = new Map<Hash, { index: number; laneId: Hash; expected: MicroUsdc }>()
  const bad: { index: number; laneId: Hash; reason: SkipReason }[] = []
  for (const [index, row] of rows.entries()) {
    const laneId = idOf(row.lane)
    const state = states.get(laneId)
    const reason = whyBad(row, laneId, state, deployment)
    const expected = microUsdc(row.voucher.object.cumulative - (state?.claimed ?? 0n))
    const rival = good.get(laneId)
    if (reason !== null) bad.push({ index, laneId, reason })
    else if (rival !== undefined && rival.expected >= expected) bad.push({ index, laneId, reason: 'NothingNew' })
    else {
      if (rival !== undefined) bad.push({ index: rival.index, laneId, reason: 'NothingNew' })
      good.set(laneId, { index, laneId, expected })
    }
  }
  return { good: [...good.values()], bad }
}

function whyBad(
  { lane, voucher }: ClaimRow,
  laneId: Hash,
  state: LaneState | undefined,
  deployment: Deployment
): SkipReason | null {
  const { cumulative } = voucher.object
  if (state === undefined || state.status === 'unknown') return 'UnknownLane'
  if (state.status === 'closed') return 'Closed'
  if (cumulative <= state.claimed) return 'NothingNew'
  if (cumulative > state.funded) return 'AboveFunding'
  if (voucher.object.laneId !== laneId || !isSignedBy('Voucher', voucher, deployment, lane.signer))
    return 'BadSignature'
  return null
}
