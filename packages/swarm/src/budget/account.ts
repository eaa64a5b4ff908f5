import type { PicoUsdc } from '@unhosted/core/units'
import type { Map as ImmutableMap } from 'immutable'
import { dayNumber, dayOf, monthOf } from './calendar.ts'
import { minus, plus, type Totals, zeroTotals } from './state.ts'

// Amounts are added up under names: `day 2026-11-21`, `month 2026-11`, `key K`, `key K day 2026-11-21`,
// `key K month 2026-11`. Keys hold no spaces, so no two names are the same.

export const dayAccount = (at: number): string => `day ${dayOf(at)}`
export const monthAccount = (at: number): string => `month ${monthOf(at)}`

/** What a key has spent in the window of its cap that `at` lies in. */
export function keyAccount(key: string, per: 'day' | 'month' | 'ever', at: number): string {
  if (per === 'ever') return `key ${key}`
  return per === 'day' ? `key ${key} day ${dayOf(at)}` : `key ${key} month ${monthOf(at)}`
}

/** Where a charge of `key` at that time counts. */
export function accountsAt(key: string, at: number): readonly string[] {
  const day = dayOf(at)
  const month = day.slice(0, 7)
  return [`day ${day}`, `month ${month}`, `key ${key}`, `key ${key} day ${day}`, `key ${key} month ${month}`]
}

/** Where an amount that may be spent from `at` to `until` is set aside. They are at most a day apart. */
export function accountsBetween(key: string, at: number, until: number): readonly string[] {
  const first = accountsAt(key, at)
  if (dayNumber(at) === dayNumber(until)) return first
  return [...new Set([...first, ...accountsAt(key, until)])]
}

export type TotalsMap = ImmutableMap<string, Totals>

export function hold(totals: TotalsMap, accounts: readonly string[], amount: PicoUsdc): TotalsMap {
  return change(totals, accounts, ({ spent, held }) => ({ spent, held: plus(held, amount) }))
}

export function free(totals: TotalsMap, accounts: readonly string[], amount: PicoUsdc): TotalsMap {
  return change(totals, accounts, ({ spent, held }) => ({ spent, held: minus(held, amount) }))
}

/** Spend of what is held: it leaves every account it was held in and counts in those of its day. */
export function spend(
  totals: TotalsMap,
  heldIn: readonly string[],
  spentIn: readonly string[],
  amount: PicoUsdc
): TotalsMap {
  return change(totals, heldIn, ({ spent, held }, account) => ({
    spent: spentIn === heldIn || spentIn.includes(account) ? plus(spent, amount) : spent,
    held: minus(held, amount)
  }))
}

/** An account in which nothing is left is no account: states with the same amounts are the same. */
function change(
  totals: TotalsMap,
  accounts: readonly string[],
  next: (totals: Totals, account: string) => Totals
): TotalsMap {
  let changed = totals
  for (const account of accounts) {
    const after = next(changed.get(account) ?? zeroTotals, account)
    changed = after.spent === 0n && after.held === 0n ? changed.delete(account) : changed.set(account, after)
  }
  return changed
}
