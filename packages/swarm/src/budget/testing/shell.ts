import { toMicroRoundedDown, toPico } from '@unhosted/core/units'
import { charge, worstCharge } from '../../deal/index.ts'
import { dayMs, dayOf, monthOf } from '../calendar.ts'
import { encodeRecord, encodeSnapshot } from '../codec.ts'
import type { BudgetDecision, BudgetEffect, BudgetEvent } from '../event.ts'
import { type BudgetPolicy, isNever } from '../policy.ts'
import { pendingVouchers } from '../query.ts'
import type { BudgetRecord, VoucherIntent } from '../record.ts'
import { replayLog } from '../replay.ts'
import { takeSnapshot } from '../snapshot.ts'
import type { BudgetState } from '../state.ts'
import { stepBudget } from '../step.ts'

// What tests put around the reducer: a disk, a signer, crashes, and a bookkeeper who trusts none of the reducer's sums.

/** The parts that a test may break on purpose. */
export const soundBudget = { step: stepBudget, replay: replayLog }
export type BudgetUnderTest = typeof soundBudget

/** Where the machine stops: before the effect of that index, or within it once so much of a line is written. */
export interface Crash {
  readonly beforeEffect: number
  readonly written: number
}

type Reserve = Extract<BudgetEvent, { type: 'reserve' }>

/** Adds up on its own what may be signed, from events and from what reached the disk; throws where a rule is broken. */
export class Bookkeeper {
  readonly #policy: BudgetPolicy
  readonly #reserves = new Map<string, Reserve>()
  readonly #accepted = new Set<string>()
  readonly #charged = new Map<string, bigint>()
  readonly #sums = new Map<string, bigint>()
  readonly #lanes = new Map<string, bigint>()
  readonly #signed = new Map<string, bigint>()
  readonly #lastAt = new Map<string, number>()
  #clock = 0

  constructor(policy: BudgetPolicy) {
    this.#policy = policy
  }

  /** A record that `event` caused is on disk. */
  written(record: BudgetRecord, event: BudgetEvent): void {
    this.#clock = Math.max(this.#clock, event.at)
    if (record.type === 'reserved' && event.type === 'reserve') this.#reserved(event)
    if (record.type === 'charged' && event.type === 'charge') this.#charge(event)
  }

  signed({ lane, cumulative }: VoucherIntent): void {
    must(!isNever(this.#policy), 'signed although the ceiling is 0')
    const owed = toMicroRoundedDown(toPicoOf(this.#lanes.get(lane) ?? 0n))
    must(cumulative <= owed, `signed ${cumulative} on ${lane}, where ${owed} is on disk`)
    const before = this.#signed.get(lane) ?? 0n
    if (cumulative <= before) return
    this.#signed.set(lane, cumulative)
    // A voucher may cover less than one micro-USDC a lane that was charged on the day before.
    const rounding = BigInt(this.#lanes.size)
    this.#add(`signed on ${dayOf(this.#clock)}`, cumulative - before, this.#policy.dayCap + rounding)
    this.#add(`signed in ${monthOf(this.#clock)}`, cumulative - before, this.#policy.monthCap + rounding)
  }

  /** Highest voucher of each lane. */
  get vouchers(): ReadonlyMap<string, bigint> {
    return this.#signed
  }

  #reserved(event: Reserve): void {
    const name = JSON.stringify(event, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
    must(!this.#accepted.has(name), `an old event reserved once more: ${name}`)
    must(!isNever(this.#policy), 'reserved although the ceiling is 0')
    for (const kind of ['inPico', 'outPico', 'cachedPico'] as const) {
      must(event.prices[kind] <= this.#policy.ceiling[kind], `${kind} above the ceiling`)
    }
    this.#accepted.add(name)
    this.#reserves.set(event.id, event)
    this.#charged.set(event.id, 0n)
    // After a day of silence a name may be used anew.
    const last = this.#lastAt.get(event.request)
    if (last !== undefined && this.#clock - last > dayMs) this.#sums.delete(`request ${event.request}`)
    this.#lastAt.set(event.request, this.#clock)
  }

  #charge({ id, claim }: Extract<BudgetEvent, { type: 'charge' }>): void {
    const reserve = this.#reserves.get(id)
    if (reserve === undefined) throw new Error(`${id} is charged but was never reserved`)
    const { request, key, lane, prices, limits } = reserve
    const worst = worstCharge({ ...prices, maxCtx: 0 }, limits)
    must(claim.chargedPico <= worst, `${id} is charged more than its worst case`)
    must(claim.chargedPico <= charge(prices, claim), `${id} is charged more than its price`)
    must(claim.inTokens + claim.cachedTokens <= limits.promptTokens, `${id} has too many prompt tokens`)
    must(claim.outTokens <= limits.maxOut, `${id} has too many generated tokens`)
    const amount = claim.chargedPico - (this.#charged.get(id) ?? 0n)
    must(amount > 0n, `${id} is charged twice`)
    this.#charged.set(id, claim.chargedPico)
    this.#lanes.set(lane, (this.#lanes.get(lane) ?? 0n) + amount)
    this.#lastAt.set(request, this.#clock)
    const { requestCap, dayCap, monthCap, keyCap, keyCaps } = this.#policy
    this.#add(`request ${request}`, amount, toPico(requestCap))
    this.#add(`day ${dayOf(this.#clock)}`, amount, toPico(dayCap))
    this.#add(`month ${monthOf(this.#clock)}`, amount, toPico(monthCap))
    const cap = keyCaps.get(key) ?? keyCap
    if (cap === null) return
    const windows = { day: dayOf(this.#clock), month: monthOf(this.#clock), ever: 'ever' }
    this.#add(`key ${key} ${windows[cap.per]}`, amount, toPico(cap.amount))
  }

  #add(name: string, amount: bigint, cap: bigint): void {
    const sum = (this.#sums.get(name) ?? 0n) + amount
    must(sum <= cap, `${name}: ${sum} is above its cap of ${cap}`)
    this.#sums.set(name, sum)
  }
}

/** Carries effects out on a disk that forgets nothing but what was not written. */
export class Shell {
  readonly #budget: BudgetUnderTest
  readonly #policy: BudgetPolicy
  readonly books: Bookkeeper
  disk = ''
  state: BudgetState

  constructor(policy: BudgetPolicy, budget: BudgetUnderTest = soundBudget) {
    this.#policy = policy
    this.#budget = budget
    this.books = new Bookkeeper(policy)
    this.state = budget.replay('').state
  }

  deliver(event: BudgetEvent, crash: Crash | null = null): BudgetDecision {
    const { state, decision, effects } = this.#budget.step(this.state, event, this.#policy)
    const done = crash === null ? effects : effects.slice(0, crash.beforeEffect)
    for (const effect of done) this.#perform(effect, event)
    this.state = state
    if (crash === null) return decision
    const torn = effects[crash.beforeEffect]
    if (torn?.type === 'append') this.disk += encodeRecord(torn.record).slice(0, crash.written)
    // A whole line with its newline is no crash within the line: it is on disk.
    if (torn?.type === 'append' && this.disk.endsWith('\n') && crash.written > 0) this.books.written(torn.record, event)
    this.restart()
    return decision
  }

  /** Start again from the disk; what may have been signed is signed (again). */
  restart(): void {
    const { state, validBytes } = this.#budget.replay(this.disk)
    this.disk = this.disk.slice(0, validBytes)
    this.state = state
    for (const voucher of pendingVouchers(state)) this.books.signed(voucher)
  }

  compact(): void {
    this.disk = this.contents()
  }

  /** The state, so that states can be compared. */
  contents(): string {
    return encodeSnapshot(takeSnapshot(this.state))
  }

  #perform(effect: BudgetEffect, event: BudgetEvent): void {
    if (effect.type === 'sign') {
      this.books.signed(effect.voucher)
      return
    }
    this.disk += encodeRecord(effect.record)
    this.books.written(effect.record, event)
  }
}

function must(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise)
}

const toPicoOf = (amount: bigint) => amount as Parameters<typeof toMicroRoundedDown>[0]
