import { picoUsdc } from '@unhosted/core/units'
import { describe, expect, it } from 'vitest'
import type { BudgetEvent } from './event.ts'
import { neverPolicy } from './policy.ts'
import { capStatuses, liveReservations, spendingBy } from './query.ts'
import { explainRefusal, refusalError } from './refusal.ts'
import { type BudgetState, emptyBudget } from './state.ts'
import { type BudgetStep, stepBudget } from './step.ts'
import { chargeWith, micro, noon, policyWith, refusedAs, reserveWith, run } from './testing/states.ts'

const effectTypes = ({ effects }: BudgetStep): readonly string[] =>
  effects.map((effect) => (effect.type === 'append' ? effect.record.type : effect.type))

const left = (state: BudgetState, cap: string, at = noon): bigint | undefined =>
  capStatuses(state, policyWith(), { at, request: 'request-1', key: 'app' }).find((each) => each.cap === cap)?.left

describe('reserve', () => {
  it('sets the worst case aside, rounded up, and puts it on record', () => {
    const step = run([reserveWith({ limits: { promptTokens: 1, maxOut: 1 } })])
    expect(step.decision).toEqual({ type: 'reserved', id: 'job-1', held: micro(1), deadline: noon + 600_000 })
    expect(effectTypes(step)).toEqual(['reserved'])
  })

  it('takes the dearer of input and cached for the prompt', () => {
    const prices = { inPico: picoUsdc(50_000n), outPico: picoUsdc(0n), cachedPico: picoUsdc(100_000n) }
    expect(run([reserveWith({ prices })]).decision).toMatchObject({ held: micro(10) })
  })

  it.each([
    ['ceiling 0', neverPolicy, {}, 'BUDGET_NEVER'],
    ['ceiling 0, price 0', { ...policyWith(), ceiling: neverPolicy.ceiling }, { free: true }, 'BUDGET_NEVER'],
    [
      'input too dear',
      policyWith({ ceiling: { ...policyWith().ceiling, inPico: picoUsdc(399_999n) } }),
      {},
      'BUDGET_PRICE_ABOVE_CEILING'
    ],
    [
      'output too dear',
      policyWith({ ceiling: { ...policyWith().ceiling, outPico: picoUsdc(0n) } }),
      {},
      'BUDGET_PRICE_ABOVE_CEILING'
    ],
    [
      'cached too dear',
      policyWith({ ceiling: { ...policyWith().ceiling, cachedPico: picoUsdc(0n) } }),
      {},
      'BUDGET_PRICE_ABOVE_CEILING'
    ],
    ['request cap', policyWith({ requestCap: micro(639) }), {}, 'BUDGET_REQUEST_CAP'],
    ['day cap', policyWith({ dayCap: micro(639) }), {}, 'BUDGET_DAY_CAP'],
    ['month cap', policyWith({ monthCap: micro(639) }), {}, 'BUDGET_MONTH_CAP'],
    ['cap of all keys', policyWith({ keyCap: { amount: micro(639), per: 'ever' } }), {}, 'BUDGET_KEY_CAP'],
    [
      'cap of the key',
      policyWith({
        keyCap: { amount: micro(5_000), per: 'ever' },
        keyCaps: new Map([['app', { amount: micro(639), per: 'day' }]])
      }),
      {},
      'BUDGET_KEY_CAP'
    ]
  ] as const)('%s: refused, nothing written', (_, policy, { free = false }: { free?: boolean }, code) => {
    const prices = { inPico: picoUsdc(0n), outPico: picoUsdc(0n), cachedPico: picoUsdc(0n) }
    const step = run([reserveWith(free ? { prices } : {})], policy)
    expect(refusedAs(step.decision)).toBe(code)
    expect(step.effects).toEqual([])
    expect(step.state).toBe(emptyBudget)
  })

  it.each(['retry', 'replica', 'audit'] as const)('a %s counts against the cap of its request', (attempt) => {
    const step = run([reserveWith(), reserveWith({ id: 'job-2', attempt })])
    expect(refusedAs(step.decision)).toBe('BUDGET_REQUEST_CAP')
  })

  it('fits to the last micro-USDC', () => {
    const caps = { requestCap: micro(640), dayCap: micro(640), monthCap: micro(640) }
    expect(run([reserveWith()], policyWith(caps)).decision.type).toBe('reserved')
  })

  it('near midnight it is set aside on both days, so that neither can be overdrawn', () => {
    const at = Date.UTC(2026, 10, 30, 23, 59)
    const { state } = run([reserveWith({ at })])
    expect([left(state, 'day', at), left(state, 'day', at + 120_000)]).toEqual([4_360n, 4_360n])
    expect([left(state, 'month', at), left(state, 'month', at + 120_000)]).toEqual([19_360n, 19_360n])
  })

  it('what was set aside before midnight is set aside after it', () => {
    const at = Date.UTC(2026, 10, 21, 23, 59)
    const straddling = Array.from({ length: 7 }, (_, n) => reserveWith({ at, id: `t${n}`, request: `t${n}` }))
    const step = run([...straddling, reserveWith({ at: at + 60_000 })])
    expect(refusedAs(step.decision)).toBe('BUDGET_DAY_CAP')
    expect(step.decision).toMatchObject({ refusal: { cap: { name: 'day 2026-11-22', left: micro(520) } } })
  })
})

describe('a refusal says which cap, what is left, when it renews', () => {
  it.each([
    [
      policyWith({ requestCap: micro(700) }),
      'This may cost up to $0.00064, but of the cap of $0.0007 for request request-1 only $0.00006 is left ($0.00 spent, $0.00064 set aside for what runs now). It does not renew. Wait for running requests to end, or raise the cap per request or ask for fewer tokens.',
      null
    ],
    [
      policyWith({ dayCap: micro(700) }),
      'This may cost up to $0.00064, but of the cap of $0.0007 for day 2026-11-21 only $0.00006 is left ($0.00 spent, $0.00064 set aside for what runs now). It renews at 2026-11-22T00:00:00.000Z. Wait for running requests to end, or raise the day cap.',
      Date.UTC(2026, 10, 22)
    ],
    [
      policyWith({ monthCap: micro(700) }),
      'This may cost up to $0.00064, but of the cap of $0.0007 for month 2026-11 only $0.00006 is left ($0.00 spent, $0.00064 set aside for what runs now). It renews at 2026-12-01T00:00:00.000Z. Wait for running requests to end, or raise the month cap.',
      Date.UTC(2026, 11, 1)
    ],
    [
      policyWith({ keyCap: { amount: micro(700), per: 'month' } }),
      'This may cost up to $0.00064, but of the cap of $0.0007 for key app month 2026-11 only $0.00006 is left ($0.00 spent, $0.00064 set aside for what runs now). It renews at 2026-12-01T00:00:00.000Z. Wait for running requests to end, or raise the key cap.',
      Date.UTC(2026, 11, 1)
    ]
  ])('%#', (policy, text, renewsAt) => {
    const request = policy.requestCap === micro(700) ? 'request-1' : 'request-2'
    const { decision } = run([reserveWith(), reserveWith({ id: 'job-2', request })], policy)
    if (decision.type !== 'refused') throw new Error(decision.type)
    expect(explainRefusal(decision.refusal)).toBe(text)
    const error = refusalError(decision.refusal)
    expect(`${error.message} ${error.advice}`).toBe(text)
    expect(error.details).toMatchObject({ left: micro(60), limit: micro(700), renewsAt })
  })

  it('has no wait for what never comes back', () => {
    const { decision } = run([reserveWith()], policyWith({ requestCap: micro(1), keyCap: null }))
    expect(decision).toMatchObject({ refusal: { advice: 'Raise the cap per request or ask for fewer tokens.' } })
    expect(run([reserveWith()], policyWith({ dayCap: micro(1) })).decision).toMatchObject({
      refusal: { advice: 'Wait until it renews, or raise the day cap.' }
    })
  })

  it('needs no cap', () => {
    const { decision } = run([reserveWith()], neverPolicy)
    if (decision.type !== 'refused') throw new Error(decision.type)
    expect(refusalError(decision.refusal)).toMatchObject({ code: 'BUDGET_NEVER', status: 402, details: {} })
  })
})

describe('charge', () => {
  it('is on record before the voucher is signed; the voucher is rounded down', () => {
    const step = run([reserveWith(), chargeWith(1)])
    expect(effectTypes(step)).toEqual(['charged', 'sign'])
    expect(step.effects[1]).toEqual({ type: 'sign', voucher: { lane: 'lane-1', cumulative: micro(40) } })
    expect(step.decision).toEqual({ type: 'charged', id: 'job-1', cumulative: micro(40) })
  })

  it('what rounding left over is in the next voucher of the lane', () => {
    const step = run([reserveWith(), chargeWith(1), chargeWith(2)])
    expect(step.decision).toMatchObject({ cumulative: micro(41) })
  })

  it('signs nothing for less than one micro-USDC more', () => {
    const step = run([reserveWith(), chargeWith(0), chargeWith(1)])
    expect(effectTypes(step)).toEqual(['charged'])
  })

  it('adds up over the attempts of a lane', () => {
    const second = [reserveWith({ id: 'job-2', request: 'request-2' }), chargeWith(1, { id: 'job-2' })]
    expect(run([reserveWith(), chargeWith(1), ...second]).decision).toMatchObject({ cumulative: micro(81) })
  })

  it('the same receipt again signs the same voucher again until that is known to be signed', () => {
    const again = run([reserveWith(), chargeWith(1), chargeWith(1)])
    expect(effectTypes(again)).toEqual(['sign'])
    const signed: BudgetEvent = { type: 'signed', at: noon, lane: 'lane-1', cumulative: micro(40) }
    expect(run([reserveWith(), chargeWith(1), signed, chargeWith(1)])).toMatchObject({
      decision: { type: 'ignored' },
      effects: []
    })
  })

  it('an older receipt changes nothing', () => {
    expect(run([reserveWith(), chargeWith(2), chargeWith(1)])).toMatchObject({
      decision: { type: 'ignored' },
      effects: []
    })
  })

  it.each([
    [
      'more than is reserved',
      chargeWith(1_001, { chargedPico: picoUsdc(640_000_001n) }),
      'BUDGET_CHARGE_ABOVE_RESERVATION',
      '$0.000640000001'
    ],
    [
      'more generated tokens',
      chargeWith(1_001, { chargedPico: picoUsdc(640_000_000n) }),
      'BUDGET_TOKENS_ABOVE_RESERVATION',
      '1001'
    ],
    ['more prompt tokens', chargeWith(10, { cachedTokens: 1 }), 'BUDGET_TOKENS_ABOVE_RESERVATION', '101'],
    [
      'more than its own prices',
      chargeWith(1, { chargedPico: picoUsdc(40_600_001n) }),
      'BUDGET_CHARGE_ABOVE_PRICE',
      '$0.0000406'
    ],
    ['an attempt that nobody reserved', chargeWith(1, { id: 'job-9' }), 'BUDGET_RESERVATION_UNKNOWN', 'job-9']
  ])('%s: refused', (_, lie, code, fact) => {
    const { decision, effects } = run([reserveWith(), lie])
    expect(refusedAs(decision)).toBe(code)
    expect(decision).toMatchObject({ refusal: { reason: expect.stringContaining(fact) } })
    expect(effects).toEqual([])
  })

  it.each(['finish', 'release'] as const)('after %s: refused', (type) => {
    expect(refusedAs(run([reserveWith(), { type, at: noon, id: 'job-1' }, chargeWith(1)]).decision)).toBe(
      'BUDGET_RESERVATION_ENDED'
    )
  })

  it('at the deadline: freed first, then refused', () => {
    const step = run([reserveWith(), chargeWith(1, { at: noon + 600_000 })])
    expect(refusedAs(step.decision)).toBe('BUDGET_RESERVATION_ENDED')
    expect(effectTypes(step)).toEqual(['freed'])
    expect(run([reserveWith(), chargeWith(1, { at: noon + 599_999 })]).decision.type).toBe('charged')
  })

  it('a ceiling lowered to 0 stops signing at once', () => {
    const { state } = run([reserveWith()])
    expect(refusedAs(stepBudget(state, chargeWith(1), neverPolicy).decision)).toBe('BUDGET_NEVER')
  })

  it('a cap lowered later does not break a reservation', () => {
    const { state } = run([reserveWith()])
    const { decision, state: after } = stepBudget(state, chargeWith(1), policyWith({ dayCap: micro(1) }))
    expect(decision.type).toBe('charged')
    expect(capStatuses(after, policyWith({ dayCap: micro(1) }), { at: noon })[0]).toMatchObject({ left: micro(0) })
  })

  it('counts on the day on which it is charged', () => {
    const at = Date.UTC(2026, 10, 30, 23, 59)
    const { state } = run([reserveWith({ at }), chargeWith(0, { at }), chargeWith(100, { at: at + 60_000 })])
    expect(spendingBy(state, 'day').map(({ name, spent }) => [name, spent])).toEqual([
      ['2026-11-30', micro(40)],
      ['2026-12-01', micro(60)]
    ])
    expect(spendingBy(state, 'month').map(({ name, spent }) => [name, spent])).toEqual([
      ['2026-11', micro(40)],
      ['2026-12', micro(60)]
    ])
    expect(spendingBy(state, 'key')).toEqual([{ name: 'app', spent: micro(100), held: micro(540) }])
  })
})

describe('the end of a reservation', () => {
  it.each(['finish', 'release'] as const)('%s frees what was not charged', (type) => {
    const { state } = run([reserveWith(), chargeWith(100), { type, at: noon, id: 'job-1' }])
    expect(['request', 'day', 'month'].map((cap) => left(state, cap))).toEqual([900n, 4_900n, 19_900n])
    expect(liveReservations(state)).toEqual([])
  })

  it.each([
    ['a tick', { type: 'tick', at: noon + 600_000 }],
    ['any later event', { type: 'finish', at: noon + 600_000, id: 'job-9' }]
  ] as const)('%s at the deadline frees it', (_, event) => {
    const step = run([reserveWith(), chargeWith(100), event])
    expect(effectTypes(step)).toEqual(['freed'])
    expect(left(step.state, 'day')).toBe(4_900n)
  })

  it('overdue ones make room before a new one is judged', () => {
    const later = { at: noon + 600_000, id: 'job-2' }
    const step = run([reserveWith(), reserveWith(later)], policyWith({ dayCap: micro(640) }))
    expect(effectTypes(step)).toEqual(['freed', 'reserved'])
  })

  it.each([
    [
      'finish twice',
      [
        { type: 'finish', at: noon, id: 'job-1' },
        { type: 'finish', at: noon, id: 'job-1' }
      ]
    ],
    [
      'release after finish',
      [
        { type: 'finish', at: noon, id: 'job-1' },
        { type: 'release', at: noon, id: 'job-1' }
      ]
    ],
    ['finish of nothing', [{ type: 'finish', at: noon, id: 'job-9' }]],
    ['reserve after finish', [{ type: 'finish', at: noon, id: 'job-1' }, reserveWith()]]
  ] as const)('%s is ignored', (_, events) => {
    expect(run([reserveWith(), ...events])).toMatchObject({ decision: { type: 'ignored' }, effects: [] })
  })
})
