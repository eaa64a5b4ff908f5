import { microUsdc, picoUsdc } from '@unhosted/core/units'
import { describe, expect, it } from 'vitest'
import { dayMs } from './calendar.ts'
import type { BudgetEvent } from './event.ts'
import { capStatuses, pendingVouchers } from './query.ts'
import { stepBudget } from './step.ts'
import { chargeWith, micro, noon, policyWith, refusedAs, reserveWith, run } from './testing/states.ts'

describe('names', () => {
  it('the same reserve again is answered the same and changes nothing', () => {
    const once = run([reserveWith()])
    const twice = run([reserveWith(), reserveWith({ at: noon + 5 })])
    expect(twice.decision).toEqual(once.decision)
    expect(twice.effects).toEqual([])
  })

  it.each([
    ['request', { request: 'request-2' }],
    ['key', { key: 'other' }],
    ['attempt', { attempt: 'audit' }],
    ['lane', { lane: 'lane-2' }],
    ['time', { ttlMs: 1 }],
    ['prompt', { limits: { promptTokens: 1, maxOut: 1_000 } }],
    ['output', { limits: { promptTokens: 100, maxOut: 1 } }],
    ['input price', { prices: { ...reserveWith().prices, inPico: picoUsdc(1n) } }],
    ['output price', { prices: { ...reserveWith().prices, outPico: picoUsdc(1n) } }],
    ['cached price', { prices: { ...reserveWith().prices, cachedPico: picoUsdc(1n) } }]
  ] as const)('one id with another %s is refused', (_, changes) => {
    expect(refusedAs(run([reserveWith(), reserveWith(changes)]).decision)).toBe('BUDGET_ID_REUSED')
  })

  it('a request belongs to one key', () => {
    expect(refusedAs(run([reserveWith(), reserveWith({ id: 'job-2', key: 'other' })]).decision)).toBe(
      'BUDGET_ID_REUSED'
    )
  })
})

describe('a clock that goes back', () => {
  const full = [reserveWith({ ttlMs: 60_000 }), chargeWith(1_000), { type: 'finish', at: noon, id: 'job-1' }] as const

  it('opens no day twice', () => {
    const policy = policyWith({ dayCap: micro(640) })
    const yesterday = reserveWith({ id: 'job-2', request: 'request-2', at: noon - dayMs + 1 })
    expect(refusedAs(run([...full, yesterday], policy).decision)).toBe('BUDGET_DAY_CAP')
    expect(capStatuses(run(full, policy).state, policy, { at: 0 })[0]).toMatchObject({ left: micro(0) })
  })

  it('is refused when it is more than a day behind', () => {
    const before = reserveWith({ id: 'job-2', request: 'request-2', at: noon - dayMs - 1 })
    const { decision } = run([...full, before])
    expect(refusedAs(decision)).toBe('BUDGET_CLOCK_BEHIND')
    expect(decision).toMatchObject({ refusal: { reason: expect.stringContaining('2026-11-21T12:00:00.000Z') } })
  })

  it('forgets old requests, but then a repeat of them is too old', () => {
    const late = reserveWith({ id: 'job-2', request: 'request-2', at: noon + 2 * dayMs })
    const { state } = run([...full, late])
    expect(state.requests.get('request-1')).toBeUndefined()
    expect(state.reservations.get('job-1')).toBeUndefined()
    expect(refusedAs(stepBudget(state, reserveWith(), policyWith()).decision)).toBe('BUDGET_CLOCK_BEHIND')
  })

  it('keeps what is from yesterday', () => {
    const { state } = run([...full, reserveWith({ id: 'job-2', request: 'request-2', at: noon + dayMs })])
    expect(state.requests.get('request-1')).toBeDefined()
  })
})

describe('signed', () => {
  const signed = (cumulative: number): BudgetEvent => ({
    type: 'signed',
    at: noon,
    lane: 'lane-1',
    cumulative: micro(cumulative)
  })

  it('what is not known to be signed is pending', () => {
    const { state } = run([reserveWith(), chargeWith(100)])
    expect(pendingVouchers(state)).toEqual([{ lane: 'lane-1', cumulative: micro(100) }])
    expect(pendingVouchers(run([reserveWith(), chargeWith(100), signed(100)]).state)).toEqual([])
  })

  it('an older one after a newer one is ignored', () => {
    expect(run([reserveWith(), chargeWith(100), signed(100), signed(99)]).decision.type).toBe('ignored')
  })

  it('more than was ever allowed is an alarm', () => {
    expect(refusedAs(run([reserveWith(), chargeWith(100), signed(101)]).decision)).toBe('BUDGET_VOUCHER_UNKNOWN')
  })
})

describe('out of bounds', () => {
  const claim = chargeWith(1).claim
  it.each<[string, BudgetEvent]>([
    ['time before 1970', { type: 'tick', at: -1 }],
    ['time that is none', { type: 'tick', at: Number.NaN }],
    ['time after 9999', { type: 'tick', at: 253_402_300_800_000 }],
    ['empty id', reserveWith({ id: '' })],
    ['space in a key', reserveWith({ key: 'a day' })],
    ['newline in a lane', reserveWith({ lane: 'a\n' })],
    ['long request', reserveWith({ request: 'x'.repeat(129) })],
    ['negative price', reserveWith({ prices: { ...reserveWith().prices, inPico: picoUsdc(-1n) } })],
    ['price beyond uint64', reserveWith({ prices: { ...reserveWith().prices, outPico: picoUsdc(2n ** 64n) } })],
    ['half a token', reserveWith({ limits: { promptTokens: 0.5, maxOut: 1 } })],
    ['no time', reserveWith({ ttlMs: 0 })],
    ['more than a day', reserveWith({ ttlMs: dayMs + 1 })],
    ['negative count', { type: 'charge', at: noon, id: 'job-1', claim: { ...claim, cachedTokens: -1 } }],
    ['negative charge', { type: 'charge', at: noon, id: 'job-1', claim: { ...claim, chargedPico: picoUsdc(-1n) } }],
    ['negative voucher', { type: 'signed', at: noon, lane: 'lane-1', cumulative: microUsdc(-1n) }]
  ])('%s', (_, event) => {
    const { state } = run([reserveWith({ id: 'job-0' })])
    const step = stepBudget(state, event, policyWith())
    expect(refusedAs(step.decision)).toBe('BUDGET_EVENT_INVALID')
    expect(step.state).toBe(state)
    expect(step.effects).toEqual([])
  })
})
