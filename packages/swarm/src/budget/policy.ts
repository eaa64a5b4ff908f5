import { type MicroUsdc, microUsdc, picoUsdc } from '@unhosted/core/units'
import type { TokenPrices } from '../deal/index.ts'

/** What one API key may spend: a day, a month (both UTC), or in all. */
export interface KeyCap {
  readonly amount: MicroUsdc
  readonly per: 'day' | 'month' | 'ever'
}

/**
 * What the owner allows. It is no part of the log: a cap that is changed binds the next reservation, and what
 * is reserved already may still be spent.
 */
export interface BudgetPolicy {
  /**
   * The most that a token may cost. All three 0, the default, is never: nothing is reserved, nothing is signed,
   * even for a price of 0, and reservations made before are no longer paid.
   */
  readonly ceiling: TokenPrices
  /** For one request with all of its retries, replicas and audits. */
  readonly requestCap: MicroUsdc
  /** For one day in UTC. */
  readonly dayCap: MicroUsdc
  /** For one calendar month in UTC. */
  readonly monthCap: MicroUsdc
  /** For each API key that has no cap of its own; null leaves it to the day and the month. */
  readonly keyCap: KeyCap | null
  readonly keyCaps: ReadonlyMap<string, KeyCap>
}

/** Never: what holds until the owner says otherwise. */
export const neverPolicy: BudgetPolicy = {
  ceiling: { inPico: picoUsdc(0n), outPico: picoUsdc(0n), cachedPico: picoUsdc(0n) },
  requestCap: microUsdc(0n),
  dayCap: microUsdc(0n),
  monthCap: microUsdc(0n),
  keyCap: null,
  keyCaps: new Map()
}

export const isNever = ({ ceiling }: BudgetPolicy): boolean =>
  ceiling.inPico === 0n && ceiling.outPico === 0n && ceiling.cachedPico === 0n
