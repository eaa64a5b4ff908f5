import { toMicroRoundedUp } from '@unhosted/core/units'
import { formatPricePerMillion, pricesAbove } from '../deal/index.ts'
import { dayMs } from './calendar.ts'
import { firstExceeded, statusOf } from './caps.ts'
import type { BudgetEvent } from './event.ts'
import { type BudgetPolicy, isNever } from './policy.ts'
import { type Terms, termsOf } from './record.ts'
import { overCap, type Refusal, refusal } from './refusal.ts'
import { ignored, type Ruling, refused } from './ruling.ts'
import { type BudgetState, heldRoundedUp, type Reservation } from './state.ts'

/** May the worst case of this attempt be set aside? Retries, replicas and audits count as any other attempt. */
export function judgeReserve(
  state: BudgetState,
  event: Extract<BudgetEvent, { type: 'reserve' }>,
  at: number,
  policy: BudgetPolicy
): Ruling {
  const terms = termsOf(event)
  const known = state.reservations.get(terms.id)
  if (known !== undefined) return repeated(known, terms)
  const held = heldRoundedUp(terms)
  const why = priceFault(terms, policy) ?? requestFault(state, terms) ?? clockFault(state, event.at)
  if (why !== null) return refused(why)
  const exceeded = firstExceeded(state, policy, held, { at, request: terms.request, key: terms.key })
  if (exceeded !== null) return refused(overCap(statusOf(exceeded), toMicroRoundedUp(held)))
  return {
    decision: { type: 'reserved', id: terms.id, held: toMicroRoundedUp(held), deadline: at + terms.ttlMs },
    fact: { type: 'reserved', ...terms },
    voucher: null
  }
}

/** The same event again changes nothing; another one under the same id is refused. */
function repeated(known: Reservation, terms: Terms): Ruling {
  if (!sameTerms(known, terms)) {
    return refused(
      refusal(
        'BUDGET_ID_REUSED',
        `A reservation named ${terms.id} exists with other terms.`,
        'Give each attempt an id of its own.'
      )
    )
  }
  if (known.end !== 'live') return ignored(`reservation ${known.id} is over (${known.end})`)
  return {
    decision: { type: 'reserved', id: known.id, held: toMicroRoundedUp(known.held), deadline: known.deadline },
    fact: null,
    voucher: null
  }
}

function sameTerms(a: Terms, b: Terms): boolean {
  return (
    a.request === b.request &&
    a.key === b.key &&
    a.attempt === b.attempt &&
    a.lane === b.lane &&
    a.ttlMs === b.ttlMs &&
    a.limits.promptTokens === b.limits.promptTokens &&
    a.limits.maxOut === b.limits.maxOut &&
    a.prices.inPico === b.prices.inPico &&
    a.prices.outPico === b.prices.outPico &&
    a.prices.cachedPico === b.prices.cachedPico
  )
}

const kindNames = { inPico: 'input tokens', outPico: 'output tokens', cachedPico: 'cached tokens' }

function priceFault({ prices }: Terms, policy: BudgetPolicy): Refusal | null {
  if (isNever(policy)) return never
  const [kind] = pricesAbove(prices, policy.ceiling)
  if (kind === undefined) return null
  return refusal(
    'BUDGET_PRICE_ABOVE_CEILING',
    `The provider asks ${formatPricePerMillion(prices[kind])} for ${kindNames[kind]}; your ceiling is ${formatPricePerMillion(policy.ceiling[kind])}.`,
    'Choose a cheaper provider, or raise the price ceiling.'
  )
}

export const never: Refusal = refusal(
  'BUDGET_NEVER',
  'Your price ceiling is 0, which means that strangers are never paid.',
  'To allow requests to leave the machines you trust, set a price ceiling per token.'
)

function requestFault(state: BudgetState, { request, key }: Terms): Refusal | null {
  const known = state.requests.get(request)
  if (known === undefined || known.key === key) return null
  return refusal(
    'BUDGET_ID_REUSED',
    `Request ${request} belongs to another API key.`,
    'Give each request an id of its own.'
  )
}

/** Requests are forgotten a day or two after they end; one that dates from before that could be a repeat. */
function clockFault(state: BudgetState, eventAt: number): Refusal | null {
  if (eventAt >= state.clock - dayMs) return null
  return refusal(
    'BUDGET_CLOCK_BEHIND',
    `It is ${new Date(eventAt).toISOString()} by this machine's clock, but the last entry of the budget log ` +
      `is from ${new Date(state.clock).toISOString()}.`,
    'Set the clock. If it is the log that is wrong, move it away and open new lanes.'
  )
}
