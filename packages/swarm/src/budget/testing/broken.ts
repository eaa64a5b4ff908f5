import { microUsdc, picoUsdc, toMicroRoundedUp } from '@unhosted/core/units'
import type { BudgetPolicy } from '../policy.ts'
import { type BudgetState, emptyBudget } from '../state.ts'
import { stepBudget } from '../step.ts'
import { type BudgetUnderTest, soundBudget } from './shell.ts'

// Budgets with one thing wrong in each, to show that the property tests find it.

type Step = BudgetUnderTest['step']

const plenty = microUsdc(2n ** 60n)
const anyPrice = picoUsdc(2n ** 63n)

/** Judges reservations by another policy. */
const lenient =
  (changes: Partial<BudgetPolicy>): Step =>
  (state, event, policy) =>
    stepBudget(state, event, event.type === 'reserve' ? { ...policy, ...changes } : policy)

const signsFirst: Step = (state, event, policy) => {
  const step = stepBudget(state, event, policy)
  return { ...step, effects: step.effects.toReversed() }
}

const roundsUp: Step = (state, event, policy) => {
  const step = stepBudget(state, event, policy)
  const effects = step.effects.map((effect) => {
    if (effect.type !== 'sign') return effect
    const charged = step.state.lanes.get(effect.voucher.lane)?.charged ?? picoUsdc(0n)
    return { ...effect, voucher: { ...effect.voucher, cumulative: toMicroRoundedUp(charged) } }
  })
  return { ...step, effects }
}

/** Caps see what is spent, not what is set aside for what runs. */
const setsNothingAside: Step = (state, event, policy) => {
  if (event.type !== 'reserve') return stepBudget(state, event, policy)
  let { totals, requests } = state
  for (const [name, each] of totals) totals = totals.set(name, { ...each, held: picoUsdc(0n) })
  for (const [name, each] of requests) requests = requests.set(name, { ...each, held: picoUsdc(0n) })
  const judged = stepBudget({ ...state, totals, requests }, event, policy)
  if (judged.decision.type !== 'reserved') return { ...judged, state, effects: [] }
  const caps = { requestCap: plenty, dayCap: plenty, monthCap: plenty, keyCap: null, keyCaps: new Map() }
  return stepBudget(state, event, { ...policy, ...caps })
}

const retriesAreFree: Step = (state, event, policy) => {
  const counted = event.type !== 'reserve' || event.attempt === 'first'
  return stepBudget(state, counted ? event : { ...event, request: event.id }, policy)
}

const believesClock: Step = (state, event, policy) =>
  stepBudget({ ...state, clock: Math.min(state.clock, event.at) }, event, policy)

const seesNoLie: Step = (state, event, policy) => {
  if (event.type !== 'charge') return stepBudget(state, event, policy)
  const known = state.reservations.get(event.id)
  if (known === undefined) return stepBudget(state, event, policy)
  // All tokens at once and at the agreed price: whatever the claim says fits.
  const { promptTokens, maxOut } = known.limits
  const claim = { ...event.claim, inTokens: promptTokens, cachedTokens: 0, outTokens: maxOut }
  return stepBudget(state, { ...event, claim }, policy)
}

const reopensWhatEnded: Step = (state, event, policy) => {
  const ended = event.type === 'reserve' && state.reservations.get(event.id)?.end !== 'live'
  return stepBudget(ended ? without(state, event.id) : state, event, policy)
}

const without = (state: BudgetState, id: string): BudgetState => ({
  ...state,
  reservations: state.reservations.delete(id)
})

const neverExpires: Step = (state, event, policy) => stepBudget({ ...state, deadlines: null }, event, policy)

const forgetsSpending: BudgetUnderTest['replay'] = (text) => {
  const { state, validBytes } = soundBudget.replay(text)
  return { state: { ...state, totals: emptyBudget.totals }, validBytes }
}

const losesLastLine: BudgetUnderTest['replay'] = (text) =>
  soundBudget.replay(text.slice(0, Math.max(0, text.lastIndexOf('\n', text.length - 2)) + 1))

/** What is wrong, and the words in which it must be found. */
export const brokenBudgets: Readonly<
  Record<string, { readonly budget: Partial<BudgetUnderTest>; readonly found: RegExp }>
> = {
  'signs before it writes': { budget: { step: signsFirst }, found: /where \d+ is on disk|follows record/ },
  'rounds vouchers up': { budget: { step: roundsUp }, found: /signed \d+ on lane-\d, where \d+ is on disk/ },
  'has no cap per request': { budget: { step: lenient({ requestCap: plenty }) }, found: /request request-\d: .* cap/ },
  'has no cap per key': { budget: { step: lenient({ keyCap: null, keyCaps: new Map() }) }, found: /key key-\d .* cap/ },
  'has no cap per day': { budget: { step: lenient({ dayCap: plenty }) }, found: /day \d{4}-\d\d-\d\d: .* cap/ },
  'has no cap per month': { budget: { step: lenient({ monthCap: plenty }) }, found: /month \d{4}-\d\d: .* cap/ },
  'has no price ceiling': {
    budget: { step: lenient({ ceiling: { inPico: anyPrice, outPico: anyPrice, cachedPico: anyPrice } }) },
    found: /above the ceiling/
  },
  'sets nothing aside': { budget: { step: setsNothingAside }, found: /is above its cap/ },
  'counts first attempts only': { budget: { step: retriesAreFree }, found: /request request-\d: .* cap/ },
  'believes a clock that goes back': {
    budget: { step: believesClock },
    found: /older than the one before|above its cap/
  },
  'believes what providers claim': { budget: { step: seesNoLie }, found: /too many .* tokens|more than its price/ },
  'reserves for old requests again': {
    budget: { step: reopensWhatEnded },
    found: /reserved once more|twice|replay differs/
  },
  'lets nothing expire': { budget: { step: neverExpires }, found: /stays reserved|after its deadline/ },
  'forgets spending at a restart': {
    budget: { replay: forgetsSpending },
    found: /replay differs|above its cap|stays reserved/
  },
  'loses a whole line at a restart': {
    budget: { replay: losesLastLine },
    found: /replay differs|charged twice|once more|above its cap/
  }
}
