import { toMicroRoundedDown } from '@unhosted/core/units'
import type { Map as ImmutableMap } from 'immutable'
import { accountsAt, accountsBetween, free, hold, spend } from './account.ts'
import { dayMs, dayNumber } from './calendar.ts'
import { corrupt } from './corrupt.ts'
import { type Deadlines, popDeadline, pushDeadline } from './deadlines.ts'
import type { BudgetRecord, End } from './record.ts'
import {
  type BudgetState,
  heldRoundedUp,
  minus,
  plus,
  type RequestTotals,
  type Reservation,
  zeroLane,
  zeroTotals
} from './state.ts'

type Of<T extends BudgetRecord['type']> = Extract<BudgetRecord, { type: T }>

/**
 * What a record changes. The reducer and replay both go this way, so a replayed log cannot but give the live
 * state; a record that does not follow from the state was never written by the reducer.
 * @throws BaseError BUDGET_LOG_CORRUPT
 */
export function applyRecord(state: BudgetState, record: BudgetRecord): BudgetState {
  if (record.seq !== state.seq + 1) throw corrupt(`record ${record.seq} follows record ${state.seq}`)
  if (record.at < state.clock) throw corrupt(`record ${record.seq} is older than the one before`)
  const before = dayNumber(record.at) > dayNumber(state.clock) ? forgetOld(state, record.at) : state
  const changed = change(before, record)
  return {
    ...changed,
    seq: record.seq,
    clock: record.at,
    deadlines: withoutEnded(changed.deadlines, changed.reservations)
  }
}

function change(state: BudgetState, record: BudgetRecord): BudgetState {
  switch (record.type) {
    case 'reserved':
      return reserved(state, record)
    case 'charged':
      return charged(state, record)
    case 'signed':
      return signed(state, record)
    case 'freed':
      return freed(state, record)
  }
}

function reserved(state: BudgetState, { type, seq, at, ...terms }: Of<'reserved'>): BudgetState {
  if (state.reservations.get(terms.id) !== undefined) throw corrupt(`${type} ${terms.id} twice (record ${seq})`)
  return addReservation(state, { ...terms, at, charged: zeroTotals.spent, end: 'live' })
}

/** Add a reservation and, while it runs, what it holds. Its request is opened where it is new. */
export function addReservation(
  state: BudgetState,
  facts: Omit<Reservation, 'deadline' | 'held' | 'accounts'>
): BudgetState {
  const deadline = facts.at + facts.ttlMs
  const held = heldRoundedUp(facts)
  const accounts = accountsBetween(facts.key, facts.at, deadline)
  const reservation: Reservation = { ...facts, deadline, held, accounts }
  if (facts.charged > held) throw corrupt(`more was charged than ${facts.id} holds`)
  const reservations = state.reservations.set(facts.id, reservation)
  const request = state.requests.get(facts.request) ?? { ...zeroTotals, key: facts.key, live: 0, lastAt: facts.at }
  if (request.key !== facts.key) throw corrupt(`request ${facts.request} has two keys`)
  const lastAt = Math.max(request.lastAt, facts.at)
  if (facts.end !== 'live') {
    return { ...state, reservations, requests: state.requests.set(facts.request, { ...request, lastAt }) }
  }
  const rest = minus(held, facts.charged)
  return {
    ...state,
    reservations,
    requests: state.requests.set(facts.request, {
      ...request,
      held: plus(request.held, rest),
      live: request.live + 1,
      lastAt
    }),
    totals: hold(state.totals, accounts, rest),
    deadlines: pushDeadline(state.deadlines, deadline, facts.id)
  }
}

function charged(state: BudgetState, { seq, at, id, charged, cumulative }: Of<'charged'>): BudgetState {
  const { reservation, request } = liveReservation(state, id, seq)
  if (at >= reservation.deadline) throw corrupt(`record ${seq} charges ${id} after its deadline`)
  if (charged <= reservation.charged || charged > reservation.held) throw corrupt(`record ${seq} charges ${charged}`)
  const amount = minus(charged, reservation.charged)
  const before = state.lanes.get(reservation.lane) ?? zeroLane
  const lane = { ...before, charged: plus(before.charged, amount) }
  if (toMicroRoundedDown(lane.charged) !== cumulative) throw corrupt(`the voucher of record ${seq} does not add up`)
  const oneDay = dayNumber(reservation.at) === dayNumber(reservation.deadline)
  const spentIn = oneDay ? reservation.accounts : accountsAt(reservation.key, at)
  return {
    ...state,
    lanes: state.lanes.set(reservation.lane, lane),
    reservations: state.reservations.set(id, { ...reservation, charged }),
    requests: state.requests.set(reservation.request, {
      ...request,
      spent: plus(request.spent, amount),
      held: minus(request.held, amount),
      lastAt: at
    }),
    totals: spend(state.totals, reservation.accounts, spentIn, amount)
  }
}

function signed(state: BudgetState, { seq, lane, cumulative }: Of<'signed'>): BudgetState {
  const before = state.lanes.get(lane)
  if (before === undefined || cumulative > toMicroRoundedDown(before.charged) || cumulative <= before.signed) {
    throw corrupt(`record ${seq} signs what was not charged`)
  }
  return { ...state, lanes: state.lanes.set(lane, { ...before, signed: cumulative }) }
}

function freed(state: BudgetState, { seq, at, id, end }: Of<'freed'>): BudgetState {
  const { reservation, request } = liveReservation(state, id, seq)
  const rest = minus(reservation.held, reservation.charged)
  return {
    ...state,
    reservations: state.reservations.set(id, endedAs(reservation, end)),
    requests: state.requests.set(reservation.request, {
      ...request,
      held: minus(request.held, rest),
      live: request.live - 1,
      lastAt: at
    }),
    totals: free(state.totals, reservation.accounts, rest)
  }
}

const endedAs = (reservation: Reservation, end: End): Reservation => ({ ...reservation, end })

function liveReservation(
  state: BudgetState,
  id: string,
  seq: number
): { readonly reservation: Reservation; readonly request: RequestTotals } {
  const reservation = state.reservations.get(id)
  const request = reservation && state.requests.get(reservation.request)
  if (reservation?.end !== 'live' || request === undefined) throw corrupt(`record ${seq}: ${id} does not run`)
  return { reservation, request }
}

/** Nothing that has ended stays on top, so that overdue ones are found at once. */
function withoutEnded(heap: Deadlines | null, reservations: ImmutableMap<string, Reservation>): Deadlines | null {
  let top = heap
  while (top !== null && reservations.get(top.id)?.end !== 'live') top = popDeadline(top)
  return top
}

/**
 * Once a day: requests that are over and were last heard of before yesterday. Events that could name them are
 * older than a day and refused as such (BUDGET_CLOCK_BEHIND), so a repeat of them cannot start again at zero.
 */
function forgetOld(state: BudgetState, now: number): BudgetState {
  const yesterday = (dayNumber(now) - 1) * dayMs
  const kept = (request: RequestTotals | undefined): boolean =>
    request !== undefined && (request.live > 0 || request.lastAt >= yesterday)
  let { requests, reservations } = state
  for (const [id, { request }] of state.reservations) {
    if (!kept(state.requests.get(request))) reservations = reservations.delete(id)
  }
  for (const [id, request] of state.requests) if (!kept(request)) requests = requests.delete(id)
  return { ...state, requests, reservations }
}
