import { type MicroUsdc, toMicroRoundedDown, toMicroRoundedUp } from '@unhosted/core/units'
import { capsAt, statusOf, type Whom } from './caps.ts'
import type { BudgetPolicy } from './policy.ts'
import type { VoucherIntent } from './record.ts'
import type { CapStatus } from './refusal.ts'
import type { BudgetState, Reservation } from './state.ts'

/**
 * What is left under each cap that binds that key and that request, and when it renews.
 * @param at ms since 1970; earlier than the last record counts as the time of the last record
 */
export function capStatuses(
  state: BudgetState,
  policy: BudgetPolicy,
  { at, ...whom }: Whom & { readonly at: number }
): readonly CapStatus[] {
  return capsAt(state, policy, Math.max(at, state.clock), whom).map(statusOf)
}

/** Of one day (`2026-11-21`), month (`2026-11`) or key; both rounded up. */
export interface Spending {
  readonly name: string
  readonly spent: MicroUsdc
  readonly held: MicroUsdc
}

/** All that was ever spent by day, month or key, in order of name. */
export function spendingBy(state: BudgetState, kind: 'day' | 'month' | 'key'): readonly Spending[] {
  const spendings: Spending[] = []
  for (const [account, { spent, held }] of state.totals) {
    const [first, name, ...rest] = account.split(' ')
    if (first !== kind || name === undefined || rest.length > 0) continue
    spendings.push({ name, spent: toMicroRoundedUp(spent), held: toMicroRoundedUp(held) })
  }
  return spendings.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Vouchers on record that are not known to be signed: sign and send them again after a restart. */
export function pendingVouchers(state: BudgetState): readonly VoucherIntent[] {
  const pending: VoucherIntent[] = []
  for (const [lane, { charged, signed }] of state.lanes) {
    const cumulative = toMicroRoundedDown(charged)
    if (cumulative > signed) pending.push({ lane, cumulative })
  }
  return pending
}

/** Attempts that hold something: after a restart, finish or release those that no longer run. */
export function liveReservations(state: BudgetState): readonly Reservation[] {
  return [...state.reservations].flatMap(([, reservation]) => (reservation.end === 'live' ? [reservation] : []))
}
