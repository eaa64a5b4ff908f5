import { microUsdc, picoUsdc } from '@unhosted/core/units'
import type { BudgetEvent, BudgetPolicy } from '../../src/budget/index.ts'

export interface Workload {
  /** Days of traffic before what is measured. */
  readonly history: readonly BudgetEvent[]
  /** Brings the number of running attempts up to what it should be. */
  readonly warmUp: readonly BudgetEvent[]
  readonly measured: readonly BudgetEvent[]
}

const prices = { inPico: picoUsdc(400_000n), outPico: picoUsdc(600_000n), cachedPico: picoUsdc(100_000n) }
const chunks = 8
const chunkTokens = 64
const keys = 20
const lanes = 50
const dayMs = 86_400_000
const start = Date.UTC(2026, 4, 1)

/** Wide enough for all of it but the request cap, which a few retries run into. */
export const benchPolicy: BudgetPolicy = {
  ceiling: prices,
  requestCap: microUsdc(2_000n),
  dayCap: microUsdc(10n ** 12n),
  monthCap: microUsdc(10n ** 13n),
  keyCap: { amount: microUsdc(10n ** 12n), per: 'month' },
  keyCaps: new Map()
}

/**
 * Attempts of a prompt of 1,000 tokens and 8 chunks of 64, many at once
 * and in turns; one event in 20 comes twice, one attempt in 10 is a retry, one in 50 is never heard of again.
 */
export function createWorkload({ live, days, events }: { live: number; days: number; events: number }): Workload {
  const random = generator(1)
  let before: string | null = null
  const next = (at: number): BudgetEvent[] => {
    const { request, events } = attempt(random, at, before)
    before = request
    return events
  }
  const history: BudgetEvent[] = []
  for (let day = 0; day < days; day++) {
    for (let n = 0; n < 2 * keys; n++) history.push(...next(start + day * dayMs + n * 60_000))
  }
  const from = start + days * dayMs
  const warmUp: BudgetEvent[] = []
  const running = Array.from({ length: live }, () => {
    const all = next(from)
    // Each one stands somewhere else in its life.
    const done = 1 + Math.floor(random() * (all.length - 2))
    warmUp.push(...all.slice(0, done))
    return all.slice(done)
  })
  const measured: BudgetEvent[] = []
  while (measured.length < events) {
    const at = from + measured.length
    const slot = Math.floor(random() * live)
    const event = running[slot]?.shift()
    if (event === undefined) {
      running[slot] = next(at)
      continue
    }
    measured.push({ ...event, at })
    if (random() < 0.05) measured.push({ ...event, at })
  }
  return { history, warmUp, measured }
}

/** The events of one attempt, `signed` left out: that one answers a voucher. */
function attempt(random: () => number, at: number, before: string | null): { request: string; events: BudgetEvent[] } {
  const id = hex(random)
  const retry = before !== null && random() < 0.1
  const request = retry ? before : hex(random)
  const lane = `0x${Math.floor(random() * lanes)
    .toString(16)
    .padStart(64, '0')}`
  const key = `key-${Number.parseInt(request.slice(-4), 16) % keys}`
  const limits = { promptTokens: 1_000, maxOut: chunks * chunkTokens }
  const terms = { id, request, key, lane, prices, limits, ttlMs: 600_000 }
  const events: BudgetEvent[] = [{ type: 'reserve', at, ...terms, attempt: retry ? 'retry' : 'first' }]
  for (let chunk = 1; chunk <= chunks; chunk++) {
    const outTokens = chunk * chunkTokens
    const chargedPico = picoUsdc(400_000_000n + 600_000n * BigInt(outTokens))
    events.push({ type: 'charge', at, id, claim: { inTokens: 1_000, cachedTokens: 0, outTokens, chargedPico } })
  }
  if (random() > 0.02) events.push({ type: 'finish', at, id })
  return { request, events }
}

/** mulberry32: the same workload in every run. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** As long as a job's hash. */
function hex(random: () => number): string {
  let digits = '0x'
  for (let n = 0; n < 8; n++)
    digits += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return digits
}
