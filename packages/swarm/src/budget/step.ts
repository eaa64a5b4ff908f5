import { toMicroRoundedDown } from '@unhosted/core/units'
import { formatUsdc } from '../deal/index.ts'
import { applyRecord } from './apply.ts'
import type { BudgetDecision, BudgetEffect, BudgetEvent } from './event.ts'
import { eventFault } from './event-fault.ts'
import { judgeCharge } from './judge-charge.ts'
import { judgeReserve } from './judge-reserve.ts'
import type { BudgetPolicy } from './policy.ts'
import type { End } from './record.ts'
import { refusal } from './refusal.ts'
import { ignored, type Ruling, refused } from './ruling.ts'
import { type BudgetState, zeroLane } from './state.ts'

export interface BudgetStep {
  /** As if every `append` were on disk. If one fails, stop: what was to be signed stays unsigned. */
  readonly state: BudgetState
  readonly decision: BudgetDecision
  readonly effects: readonly BudgetEffect[]
}

/**
 * One step of the budget. Effects are carried out in order, each finished before the next: a record is on disk
 * before the voucher that it allows is signed, so whatever crashes, replay counts at least what was signed.
 * Never throws for what an event says; bounds, duplicates, lies and caps are answered by the decision.
 */
export function stepBudget(state: BudgetState, event: BudgetEvent, policy: BudgetPolicy): BudgetStep {
  const fault = eventFault(event)
  if (fault !== null) return { state, decision: outOfBounds(event, fault), effects: [] }
  const at = Math.max(event.at, state.clock)
  const effects: BudgetEffect[] = []
  let current = state
  const record = (fact: NonNullable<Ruling['fact']>): void => {
    const entry = { ...fact, seq: current.seq + 1, at }
    current = applyRecord(current, entry)
    effects.push({ type: 'append', record: entry })
  }
  while (current.deadlines !== null && current.deadlines.at <= at) {
    record({ type: 'freed', id: current.deadlines.id, end: 'expired' })
  }
  const { decision, fact, voucher } = judge(current, event, at, policy)
  if (fact !== null) record(fact)
  if (voucher !== null) effects.push({ type: 'sign', voucher })
  return { state: current, decision, effects }
}

function judge(state: BudgetState, event: BudgetEvent, at: number, policy: BudgetPolicy): Ruling {
  switch (event.type) {
    case 'reserve':
      return judgeReserve(state, event, at, policy)
    case 'charge':
      return judgeCharge(state, event, policy)
    case 'signed':
      return judgeSigned(state, event)
    case 'finish':
      return judgeEnd(state, event.id, 'finished')
    case 'release':
      return judgeEnd(state, event.id, 'released')
    case 'tick':
      return { decision: { type: 'noted' }, fact: null, voucher: null }
  }
}

function judgeSigned(state: BudgetState, { lane, cumulative }: Extract<BudgetEvent, { type: 'signed' }>): Ruling {
  const { charged, signed } = state.lanes.get(lane) ?? zeroLane
  if (cumulative > toMicroRoundedDown(charged)) {
    return refused(
      refusal(
        'BUDGET_VOUCHER_UNKNOWN',
        `A voucher for ${formatUsdc(cumulative)} on lane ${lane} is said to be signed; the budget allowed less.`,
        'Something else signs with this key. Stop, close the lane and open another with a new signer.'
      )
    )
  }
  if (cumulative <= signed) return ignored('known to be signed')
  return { decision: { type: 'noted' }, fact: { type: 'signed', lane, cumulative }, voucher: null }
}

function judgeEnd(state: BudgetState, id: string, end: End): Ruling {
  const reservation = state.reservations.get(id)
  if (reservation === undefined) return ignored(`nothing was reserved for ${id}`)
  if (reservation.end !== 'live') return ignored(`the reservation for ${id} is over (${reservation.end})`)
  return { decision: { type: 'noted' }, fact: { type: 'freed', id, end }, voucher: null }
}

function outOfBounds({ type }: BudgetEvent, field: string): BudgetDecision {
  const reason = `The ${field} of a ${type} event is out of bounds.`
  return {
    type: 'refused',
    refusal: refusal('BUDGET_EVENT_INVALID', reason, 'Report this: it is a fault of the caller.')
  }
}
