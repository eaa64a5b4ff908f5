import { addReservation } from './apply.ts'
import { corrupt } from './corrupt.ts'
import { type Snapshot, type SnapshotEntry, termsOf } from './record.ts'
import { type BudgetState, emptyBudget, zeroTotals } from './state.ts'

/** A state as the first lines of a log, so that what came before it need not be kept. */
export interface Compacted {
  readonly head: Snapshot
  readonly entries: readonly SnapshotEntry[]
}

/**
 * Everything but what follows from the rest: held amounts, live counts and deadlines come from the reservations.
 * In a fixed order: states with the same contents give the same snapshot.
 */
export function takeSnapshot(state: BudgetState): Compacted {
  const entries: SnapshotEntry[] = []
  for (const [account, { spent }] of sorted(state.totals)) {
    if (spent > 0n) entries.push({ type: 'total', account, spent })
  }
  for (const [lane, { charged, signed }] of sorted(state.lanes)) entries.push({ type: 'lane', lane, charged, signed })
  for (const [request, { key, spent, lastAt }] of sorted(state.requests)) {
    entries.push({ type: 'request', request, key, spent, lastAt })
  }
  for (const [, reservation] of sorted(state.reservations)) {
    const { at, charged, end } = reservation
    entries.push({ type: 'reservation', ...termsOf(reservation), at, charged, end })
  }
  return {
    head: { type: 'snapshot', version: 1, seq: state.seq, clock: state.clock, entries: entries.length },
    entries
  }
}

/** @throws BaseError BUDGET_LOG_CORRUPT */
export function restoreSnapshot({ head, entries }: Compacted): BudgetState {
  if (head.entries !== entries.length) {
    throw corrupt(`a snapshot of ${head.entries} entries has ${entries.length}`)
  }
  const start: BudgetState = { ...emptyBudget, seq: head.seq, clock: head.clock }
  return entries.reduce(restore, start)
}

function restore(state: BudgetState, entry: SnapshotEntry): BudgetState {
  switch (entry.type) {
    case 'total': {
      if (state.totals.get(entry.account) !== undefined) throw corrupt(`${entry.account} twice`)
      return { ...state, totals: state.totals.set(entry.account, { ...zeroTotals, spent: entry.spent }) }
    }
    case 'lane': {
      const { lane, charged, signed } = entry
      if (state.lanes.get(lane) !== undefined) throw corrupt(`lane ${lane} twice`)
      return { ...state, lanes: state.lanes.set(lane, { charged, signed }) }
    }
    case 'request': {
      const { request, key, spent, lastAt } = entry
      if (state.requests.get(request) !== undefined) throw corrupt(`request ${request} twice`)
      return { ...state, requests: state.requests.set(request, { ...zeroTotals, key, spent, live: 0, lastAt }) }
    }
    case 'reservation': {
      const { type, ...facts } = entry
      if (state.reservations.get(facts.id) !== undefined) throw corrupt(`${type} ${facts.id} twice`)
      if (state.requests.get(facts.request) === undefined) throw corrupt(`request ${facts.request} is missing`)
      return addReservation(state, facts)
    }
  }
}

const sorted = <V>(map: Iterable<readonly [string, V]>): readonly (readonly [string, V])[] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1))
