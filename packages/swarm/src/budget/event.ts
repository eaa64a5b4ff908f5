import type { MicroUsdc, PicoUsdc } from '@unhosted/core/units'
import type { TokenCounts } from '../deal/index.ts'
import type { BudgetRecord, Terms, VoucherIntent } from './record.ts'
import type { Refusal } from './refusal.ts'

/** Every event says when it happened: ms since 1970 by this machine's clock, which may be wrong. */
export type BudgetEvent =
  /** Set the worst case of one attempt aside, rounded up to micro-USDC. */
  | ({ readonly type: 'reserve'; readonly at: number } & Terms)
  /** The provider sent a receipt. Counts and charge are sums since the attempt began. */
  | { readonly type: 'charge'; readonly at: number; readonly id: string; readonly claim: Claim }
  /** The voucher for `cumulative` was signed. */
  | { readonly type: 'signed'; readonly at: number; readonly lane: string; readonly cumulative: MicroUsdc }
  /** The attempt is over and paid. */
  | { readonly type: 'finish'; readonly at: number; readonly id: string }
  /** The attempt came to nothing, or was cancelled. */
  | { readonly type: 'release'; readonly at: number; readonly id: string }
  /** Time passed: what is overdue frees itself (as it does at any other event). */
  | { readonly type: 'tick'; readonly at: number }

/** A receipt is one. */
export interface Claim extends TokenCounts {
  readonly chargedPico: PicoUsdc
}

/** To be carried out in order, each one finished (`append`: on disk) before the next begins. */
export type BudgetEffect =
  | { readonly type: 'append'; readonly record: BudgetRecord }
  | { readonly type: 'sign'; readonly voucher: VoucherIntent }

export type BudgetDecision =
  | { readonly type: 'reserved'; readonly id: string; readonly held: MicroUsdc; readonly deadline: number }
  /** `cumulative` is what the lane owes now, rounded down. */
  | { readonly type: 'charged'; readonly id: string; readonly cumulative: MicroUsdc }
  | { readonly type: 'noted' }
  /** A duplicate, or too late to matter. */
  | { readonly type: 'ignored'; readonly why: string }
  | { readonly type: 'refused'; readonly refusal: Refusal }
