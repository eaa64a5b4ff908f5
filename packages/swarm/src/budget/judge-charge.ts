import { toMicroRoundedDown } from '@unhosted/core/units'
import { charge, formatCharge } from '../deal/index.ts'
import type { BudgetEvent, Claim } from './event.ts'
import { never } from './judge-reserve.ts'
import { type BudgetPolicy, isNever } from './policy.ts'
import { type Refusal, refusal } from './refusal.ts'
import { ignored, type Ruling, refused } from './ruling.ts'
import { type BudgetState, minus, plus, type Reservation, zeroLane } from './state.ts'

const unpaid = 'Pay no more for this attempt; what was signed before stays good. Keep the receipt as evidence.'

/**
 * May what the provider asks be signed? The voucher is for all that the lane owes, rounded down; it is
 * written before it is signed. A receipt that comes again while its voucher is not known to be signed
 * has the same voucher signed again.
 */
export function judgeCharge(
  state: BudgetState,
  { id, claim }: Extract<BudgetEvent, { type: 'charge' }>,
  policy: BudgetPolicy
): Ruling {
  const reservation = state.reservations.get(id)
  if (reservation === undefined) {
    return refused(refusal('BUDGET_RESERVATION_UNKNOWN', `Nothing was reserved for ${id}.`, 'Sign nothing for it.'))
  }
  if (isNever(policy)) return refused(never)
  const lane = state.lanes.get(reservation.lane) ?? zeroLane
  const owed = toMicroRoundedDown(lane.charged)
  if (claim.chargedPico <= reservation.charged) {
    if (claim.chargedPico < reservation.charged || owed === lane.signed) return ignored('charged already')
    return {
      decision: { type: 'charged', id, cumulative: owed },
      fact: null,
      voucher: { lane: reservation.lane, cumulative: owed }
    }
  }
  const why = reservation.end === 'live' ? lie(reservation, claim) : ended(reservation)
  if (why !== null) return refused(why)
  const amount = minus(claim.chargedPico, reservation.charged)
  const cumulative = toMicroRoundedDown(plus(lane.charged, amount))
  return {
    decision: { type: 'charged', id, cumulative },
    fact: { type: 'charged', id, charged: claim.chargedPico, cumulative },
    voucher: cumulative === owed ? null : { lane: reservation.lane, cumulative }
  }
}

function ended({ id, end }: Reservation): Refusal {
  return refusal('BUDGET_RESERVATION_ENDED', `The reservation for ${id} is over (${end}).`, unpaid)
}

/** Where a claim goes beyond what was agreed. */
function lie(reservation: Reservation, claim: Claim): Refusal | null {
  const { id, held, limits, prices } = reservation
  const { inTokens, cachedTokens, outTokens, chargedPico } = claim
  if (chargedPico > held) {
    return refusal(
      'BUDGET_CHARGE_ABOVE_RESERVATION',
      `The provider asks ${formatCharge(chargedPico)} for ${id}; ` + `${formatCharge(held)} is reserved.`,
      unpaid
    )
  }
  if (inTokens + cachedTokens > limits.promptTokens || outTokens > limits.maxOut) {
    return refusal(
      'BUDGET_TOKENS_ABOVE_RESERVATION',
      `The provider claims ${inTokens + cachedTokens} prompt and ${outTokens} generated tokens for ${id}; ` +
        `reserved are ${limits.promptTokens} and ${limits.maxOut}.`,
      unpaid
    )
  }
  const price = charge(prices, claim)
  if (chargedPico <= price) return null
  return refusal(
    'BUDGET_CHARGE_ABOVE_PRICE',
    `The provider asks ${formatCharge(chargedPico)} for ${id}; at its own prices its counts come to ${formatCharge(price)}.`,
    unpaid
  )
}
