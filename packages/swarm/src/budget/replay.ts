import { applyRecord } from './apply.ts'
import { decodeLog } from './codec.ts'
import { restoreSnapshot } from './snapshot.ts'
import { type BudgetState, emptyBudget } from './state.ts'

export interface Replayed {
  readonly state: BudgetState
  /** Cut the file there before appending to it: the rest is a line that was never finished. */
  readonly validBytes: number
}

/**
 * The state that a log gives: what may have been signed counts as signed. An empty log is a new budget.
 * @throws BaseError BUDGET_LOG_CORRUPT
 */
export function replayLog(text: string): Replayed {
  const { snapshot, records, validBytes } = decodeLog(text)
  const start = snapshot === null ? emptyBudget : restoreSnapshot(snapshot)
  return { state: records.reduce(applyRecord, start), validBytes }
}
