import {
  type MicroUsdc,
  microUsdc,
  type PicoUsdc,
  toMicroRoundedDown,
  toMicroRoundedUp,
  toPico
} from '@unhosted/core/units'
import { dayAccount, keyAccount, monthAccount } from './account.ts'
import { nextDay, nextMonth } from './calendar.ts'
import type { BudgetPolicy } from './policy.ts'
import type { CapStatus } from './refusal.ts'
import { type BudgetState, minus, type Totals, zeroTotals } from './state.ts'

export interface Whom {
  readonly request?: string | undefined
  readonly key?: string | undefined
}

/** One cap before its words are made. */
export interface Cap {
  readonly cap: CapStatus['cap']
  readonly name: string
  readonly limit: MicroUsdc
  readonly totals: Totals
  readonly at: number
  readonly per: 'day' | 'month' | 'ever'
}

/** The caps that bind a payment at that time, narrowest first. */
export function capsAt(state: BudgetState, policy: BudgetPolicy, at: number, { request, key }: Whom): readonly Cap[] {
  const caps: Cap[] = []
  if (request !== undefined) {
    const totals = state.requests.get(request) ?? zeroTotals
    caps.push({ cap: 'request', name: `request ${request}`, limit: policy.requestCap, totals, at, per: 'ever' })
  }
  const account = (cap: Cap['cap'], name: string, limit: MicroUsdc, per: Cap['per']): Cap => {
    return { cap, name, limit, totals: state.totals.get(name) ?? zeroTotals, at, per }
  }
  const keyCap = key === undefined ? null : (policy.keyCaps.get(key) ?? policy.keyCap)
  if (key !== undefined && keyCap !== null) {
    caps.push(account('key', keyAccount(key, keyCap.per, at), keyCap.amount, keyCap.per))
  }
  caps.push(account('day', dayAccount(at), policy.dayCap, 'day'))
  caps.push(account('month', monthAccount(at), policy.monthCap, 'month'))
  return caps
}

/**
 * The first cap that `amount` does not fit into. Only the windows of `at` are looked at, even where the reservation
 * reaches into the next day: all that is set aside for tomorrow so far is set aside for today as well, so tomorrow
 * has at least as much room.
 */
export function firstExceeded(
  state: BudgetState,
  policy: BudgetPolicy,
  amount: PicoUsdc,
  { at, ...whom }: Whom & { readonly at: number }
): Cap | null {
  const exceeded = ({ limit, totals }: Cap): boolean => totals.spent + totals.held + amount > toPico(limit)
  return capsAt(state, policy, at, whom).find(exceeded) ?? null
}

export function statusOf({ cap, name, limit, totals, at, per }: Cap): CapStatus {
  const left = minus(minus(toPico(limit), totals.spent), totals.held)
  return {
    cap,
    name,
    limit,
    spent: toMicroRoundedUp(totals.spent),
    held: toMicroRoundedUp(totals.held),
    left: left < 0n ? microUsdc(0n) : toMicroRoundedDown(left),
    renewsAt: per === 'ever' ? null : per === 'day' ? nextDay(at) : nextMonth(at)
  }
}
