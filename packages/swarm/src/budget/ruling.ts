import type { BudgetDecision } from './event.ts'
import type { BudgetRecord, VoucherIntent } from './record.ts'
import type { Refusal } from './refusal.ts'

type WithoutStamp<R> = R extends BudgetRecord ? Omit<R, 'seq' | 'at'> : never

/** What one event comes to: the decision, what must be on record, and then what may be signed. */
export interface Ruling {
  readonly decision: BudgetDecision
  readonly fact: WithoutStamp<BudgetRecord> | null
  readonly voucher: VoucherIntent | null
}

export const refused = (why: Refusal): Ruling => ({
  decision: { type: 'refused', refusal: why },
  fact: null,
  voucher: null
})

export const ignored = (why: string): Ruling => ({ decision: { type: 'ignored', why }, fact: null, voucher: null })
