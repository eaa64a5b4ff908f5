import { picoUsdc } from '@unhosted/core/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { charge } from '../deal/pricing.ts'
import { dayMs } from './calendar.ts'
import type { BudgetEvent, Claim } from './event.ts'
import { neverPolicy } from './policy.ts'
import { capStatuses, liveReservations } from './query.ts'
import { attemptKinds } from './record.ts'
import { stepBudget } from './step.ts'
import { brokenBudgets } from './testing/broken.ts'
import { type BudgetUnderTest, type Crash, Shell, soundBudget } from './testing/shell.ts'
import { micro, policyWith } from './testing/states.ts'

/** Each cap is small enough that a few jobs reach it. */
const policy = policyWith({
  requestCap: micro(1_000),
  dayCap: micro(1_500),
  monthCap: micro(1_700),
  keyCap: { amount: micro(1_300), per: 'month' },
  keyCaps: new Map([
    ['key-0', { amount: micro(1_100), per: 'day' }],
    ['key-1', { amount: micro(1_800), per: 'ever' }]
  ])
})

type Untimed = BudgetEvent extends infer E ? (E extends BudgetEvent ? Omit<E, 'at'> : never) : never

type Command =
  | { readonly do: 'event'; readonly event: Untimed; readonly passing: number; readonly crash: Crash | null }
  /** A receipt for an attempt that runs: so much of what it may claim, in percent, and a lie on top. */
  | {
      readonly do: 'receipt'
      readonly pick: number
      readonly percent: number
      readonly lie: Partial<Claim>
      readonly passing: number
      readonly crash: Crash | null
    }
  /** Deliver the event of that many events ago once more, as it was. */
  | { readonly do: 'repeat'; readonly ago: number; readonly crash: Crash | null }
  | { readonly do: 'compact' }
  | { readonly do: 'restart' }

const crashes = fc.oneof(
  { weight: 5, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.record({ beforeEffect: fc.nat(3), written: fc.nat(400) }) }
)
const prices = fc.record({
  inPico: fc.constantFrom(400_000n, 400_000n, 333_333n, 333_333n, 1n, 400_001n).map(picoUsdc),
  outPico: fc.constantFrom(600_000n, 599_999n, 599_999n, 7n).map(picoUsdc),
  cachedPico: fc.constantFrom(100_000n, 99_999n, 0n).map(picoUsdc)
})
const requests = fc.nat(4)
const ids = fc.tuple(requests, fc.nat(3)).map(([request, attempt]) => `job-${request}-${attempt}`)

const reserves = fc
  .record({
    id: ids,
    // Now and then the key is not the one of the request.
    keyShift: fc.constantFrom(0, 0, 0, 0, 0, 1),
    attempt: fc.constantFrom(...attemptKinds),
    lane: fc.constantFrom('lane-0', 'lane-1', 'lane-2'),
    prices,
    limits: fc.record({ promptTokens: fc.nat(500), maxOut: fc.integer({ min: 300, max: 900 }) }),
    ttlMs: fc.constantFrom(1_000, 600_000, 7_200_000, dayMs)
  })
  .map(({ keyShift, ...terms }) => {
    const request = Number(terms.id.split('-')[1])
    return { type: 'reserve' as const, ...terms, request: `request-${request}`, key: `key-${(request + keyShift) % 3}` }
  })

/** Honest or not: counts up to and beyond what was reserved, prices up to and beyond what was agreed. */
const charges = fc
  .record({
    id: ids,
    inTokens: fc.nat(500),
    cachedTokens: fc.constantFrom(0, 0, 1, 400),
    outTokens: fc.nat(950),
    outPico: fc.constantFrom(7n, 599_999n, 599_999n, 600_000n, 10_000_000n),
    inPico: fc.constantFrom(0n, 1n, 333_333n)
  })
  .map(({ id, inTokens, cachedTokens, outTokens, outPico, inPico }) => ({
    type: 'charge' as const,
    id,
    claim: {
      inTokens,
      cachedTokens,
      outTokens,
      chargedPico: picoUsdc(BigInt(outTokens) * outPico + BigInt(inTokens) * inPico)
    }
  }))

const events = fc.oneof(
  { weight: 10, arbitrary: reserves },
  { weight: 2, arbitrary: charges },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('signed' as const),
      lane: fc.constantFrom('lane-0', 'lane-1', 'lane-9'),
      cumulative: fc.nat(1_500).map(micro)
    })
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('finish' as const, 'release' as const), id: ids }) },
  { weight: 1, arbitrary: fc.constant({ type: 'tick' as const }) }
)

const start = Date.UTC(2026, 10, 29, 22)
/** The clock of a machine: mostly slow, sometimes far ahead, sometimes back. */
const passing = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(0, 0, 1, 1_000, 60_000) },
  { weight: 3, arbitrary: fc.constantFrom(600_000, 18_000_000) },
  { weight: 1, arbitrary: fc.constantFrom(3 * dayMs, -60_000, -7_200_000, -25 * 3_600_000) }
)
const receipts = fc.record({
  do: fc.constant('receipt' as const),
  pick: fc.nat(7),
  percent: fc.constantFrom(10, 50, 50, 100, 100),
  lie: fc.oneof(
    { weight: 9, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        { outTokens: 901 },
        { cachedTokens: 501 },
        { chargedPico: picoUsdc(700_000_000n) },
        { chargedPico: picoUsdc(300_000_000n) }
      )
    }
  ),
  passing,
  crash: crashes
})

const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('event' as const), event: events, passing, crash: crashes }) },
    { weight: 8, arbitrary: receipts },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), ago: fc.nat(12), crash: crashes }) },
    { weight: 1, arbitrary: fc.constantFrom({ do: 'compact' as const }, { do: 'restart' as const }) }
  ),
  { minLength: 5, maxLength: 60, size: 'max' }
)

/** The event that a command stands for, now; null where there is nothing to do it to. */
function eventOf(command: Command, at: number, shell: Shell, past: readonly BudgetEvent[]): BudgetEvent | null {
  if (command.do === 'event') return { ...command.event, at }
  if (command.do === 'repeat') return past.at(-1 - command.ago) ?? null
  if (command.do !== 'receipt') return null
  const running = liveReservations(shell.state).toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const reservation = running[command.pick % running.length]
  if (reservation === undefined) return null
  const { promptTokens, maxOut } = reservation.limits
  const outTokens = Math.floor((maxOut * command.percent) / 100)
  const counts = { inTokens: promptTokens, cachedTokens: 0, outTokens }
  const claim = { ...counts, chargedPico: charge(reservation.prices, counts), ...command.lie }
  return { type: 'charge', at, id: reservation.id, claim }
}

/** Runs the commands; throws where a cap is passed, a replay differs, or something stays reserved for ever. */
function live(list: readonly Command[], budget: BudgetUnderTest, seen: Set<string>, under = policy): Shell {
  const shell = new Shell(under, budget)
  const past: BudgetEvent[] = []
  let at = start
  for (const command of list) {
    if (command.do === 'compact') shell.compact()
    else if (command.do === 'restart') restartUnchanged(shell)
    else {
      if (command.do !== 'repeat') at += command.passing
      const event = eventOf(command, at, shell, past)
      if (event === null) continue
      past.push(event)
      const decision = shell.deliver(event, command.crash)
      seen.add(decision.type === 'refused' ? decision.refusal.code : decision.type)
    }
  }
  restartUnchanged(shell)
  shell.deliver({ type: 'tick', at: shell.state.clock + dayMs })
  for (const [account, { held }] of shell.state.totals) {
    if (held !== 0n) throw new Error(`${held} stays reserved in ${account}`)
  }
  for (const [request, { held, live }] of shell.state.requests) {
    if (held !== 0n || live !== 0) throw new Error(`${held} stays reserved in ${request}`)
  }
  if (liveReservations(shell.state).length > 0) throw new Error('a reservation outlives its deadline')
  return shell
}

function restartUnchanged(shell: Shell): void {
  const before = shell.contents()
  shell.restart()
  if (shell.contents() !== before) throw new Error('replay differs from the live state')
}

const caps = (budget: BudgetUnderTest, seen = new Set<string>()) =>
  fc.property(commands, (list) => {
    live(list, budget, seen)
  })

// Seconds on a quiet machine.
const patience = { timeout: 120_000 }

describe('whatever comes, in whatever order, with crashes anywhere', patience, () => {
  it('no cap is passed, replay is the live state, nothing stays reserved', () => {
    fc.assert(caps(soundBudget), { numRuns: 300 })
  })

  it('and such runs go everywhere', () => {
    const seen = new Set<string>()
    fc.assert(caps(soundBudget, seen), { seed: 1, numRuns: 200 })
    expect([...seen].toSorted()).toEqual([
      'BUDGET_CHARGE_ABOVE_PRICE',
      'BUDGET_CHARGE_ABOVE_RESERVATION',
      'BUDGET_CLOCK_BEHIND',
      'BUDGET_DAY_CAP',
      'BUDGET_ID_REUSED',
      'BUDGET_KEY_CAP',
      'BUDGET_MONTH_CAP',
      'BUDGET_PRICE_ABOVE_CEILING',
      'BUDGET_REQUEST_CAP',
      'BUDGET_RESERVATION_ENDED',
      'BUDGET_RESERVATION_UNKNOWN',
      'BUDGET_TOKENS_ABOVE_RESERVATION',
      'BUDGET_VOUCHER_UNKNOWN',
      'charged',
      'ignored',
      'noted',
      'reserved'
    ])
  })

  it('a ceiling of 0 leaves no trace on disk', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const shell = live(list, soundBudget, new Set(), { ...policy, ceiling: neverPolicy.ceiling })
        expect([...shell.state.totals, ...shell.state.lanes]).toEqual([])
        expect(shell.state.seq).toBe(0)
      }),
      { numRuns: 30 }
    )
  })

  it('what was delivered is harmless when it comes again at once', () => {
    const twice: BudgetUnderTest['step'] = (state, event, rules) => {
      const step = stepBudget(state, event, rules)
      const again = stepBudget(step.state, event, rules)
      expect(again.state).toBe(step.state)
      expect(again.effects.filter(({ type }) => type === 'append')).toEqual([])
      return step
    }
    fc.assert(caps({ ...soundBudget, step: twice }), { numRuns: 50 })
  })

  it('any order of the same events keeps to the caps', () => {
    const shuffled = commands.chain((list) => fc.shuffledSubarray([...list, ...list], { minLength: list.length }))
    fc.assert(
      fc.property(shuffled, (list) => {
        live(list, soundBudget, new Set())
      }),
      { numRuns: 100 }
    )
  })

  it('compaction changes nothing that comes after', () => {
    fc.assert(
      fc.property(commands, fc.nat(60), (list, at) => {
        const compactedOnce = list.toSpliced(at, 0, { do: 'compact' }, { do: 'restart' })
        const [plain, compacted] = [list, compactedOnce].map((each) => live(each, soundBudget, new Set()))
        expect(compacted?.contents()).toBe(plain?.contents())
        expect(compacted?.books.vouchers).toEqual(plain?.books.vouchers)
      }),
      { numRuns: 50 }
    )
  })

  it('what is left, what is spent and what is held make the cap', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { state } = live(list.slice(0, 20), soundBudget, new Set())
        for (const { limit, left, spent, held } of capStatuses(state, policy, {
          at: 0,
          request: 'request-0',
          key: 'key-0'
        })) {
          expect(left).toBe(limit - spent - held)
        }
      }),
      { numRuns: 50 }
    )
  })
})

describe('a budget with one thing wrong is found', patience, () => {
  it.each(Object.entries(brokenBudgets))('%s', (_, { budget, found }) => {
    const { failed, errorInstance } = fc.check(caps({ ...soundBudget, ...budget }), {
      seed: 1,
      numRuns: 1_000,
      endOnFailure: true
    })
    expect(failed).toBe(true)
    expect(String(errorInstance)).toMatch(found)
  })
})
