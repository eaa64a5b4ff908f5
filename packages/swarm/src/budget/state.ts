import { type MicroUsdc, microUsdc, type PicoUsdc, picoUsdc, toPico } from '@unhosted/core/units'
import { Map as ImmutableMap } from 'immutable'
import { reservationRoundedUp, worstCharge } from '../deal/index.ts'
import type { Deadlines } from './deadlines.ts'
import type { End, Terms } from './record.ts'

export interface Reservation extends Terms {
  readonly at: number
  readonly deadline: number
  /** Worst case, rounded up to micro-USDC. */
  readonly held: PicoUsdc
  /** Accepted so far. The voucher for it may have been signed, so it counts as signed. */
  readonly charged: PicoUsdc
  readonly end: End | 'live'
  /** Accounts in which the rest (`held - charged`) is set aside: those of every day it may be spent on. */
  readonly accounts: readonly string[]
}

/** Amounts of one account. */
export interface Totals {
  readonly spent: PicoUsdc
  readonly held: PicoUsdc
}

export interface RequestTotals extends Totals {
  readonly key: string
  /** Attempts that run. */
  readonly live: number
  readonly lastAt: number
}

export interface LaneTotals {
  /** Accepted in all; what may have been signed is this, rounded down. */
  readonly charged: PicoUsdc
  /** The highest voucher that is known to be signed. */
  readonly signed: MicroUsdc
}

/** Immutable: every state that was ever returned stays good. */
export interface BudgetState {
  /** Of the last record. */
  readonly seq: number
  /** Time of the last record. Never goes back, so no cap opens twice. */
  readonly clock: number
  /** By day, month and key: see account.ts for the names. */
  readonly totals: ImmutableMap<string, Totals>
  readonly lanes: ImmutableMap<string, LaneTotals>
  /** Also those that are over, for a day or two, so that a repeated event finds them. */
  readonly requests: ImmutableMap<string, RequestTotals>
  readonly reservations: ImmutableMap<string, Reservation>
  /** May hold reservations that have ended, never one on top. */
  readonly deadlines: Deadlines | null
}

export const emptyBudget: BudgetState = {
  seq: 0,
  clock: 0,
  totals: ImmutableMap(),
  lanes: ImmutableMap(),
  requests: ImmutableMap(),
  reservations: ImmutableMap(),
  deadlines: null
}

export const zeroTotals: Totals = { spent: picoUsdc(0n), held: picoUsdc(0n) }
export const zeroLane: LaneTotals = { charged: picoUsdc(0n), signed: microUsdc(0n) }

export const plus = (a: PicoUsdc, b: PicoUsdc): PicoUsdc => picoUsdc(a + b)
export const minus = (a: PicoUsdc, b: PicoUsdc): PicoUsdc => picoUsdc(a - b)

/** What is set aside: the most that the attempt may cost, rounded up to micro-USDC. */
export const heldRoundedUp = ({ prices, limits }: Pick<Terms, 'prices' | 'limits'>): PicoUsdc =>
  toPico(reservationRoundedUp(worstCharge({ ...prices, maxCtx: limits.promptTokens }, limits)))
