import { type MicroUsdc, microUsdc, picoUsdc } from '@unhosted/core/units'
import { z } from 'zod'
import type { TokenPrices } from '../deal/index.ts'
import { dayMs } from './calendar.ts'

// What the write-ahead log holds: facts, not questions. Replay decides nothing and needs no policy.

/** Printable ASCII without spaces: a log line is ASCII, and names of accounts cannot run into one another. */
export const idPattern = /^[\x21-\x7e]{1,128}$/
/** 9999-12-31T23:59:59.999Z. */
export const latestAt = 253_402_300_799_999
export const mostTokens = 2 ** 32 - 1
export const mostPrice = 2n ** 64n - 1n

export const attemptKinds = ['first', 'retry', 'replica', 'audit'] as const
export type AttemptKind = (typeof attemptKinds)[number]

const id = z.string().regex(idPattern)
const time = z.int().min(0).max(latestAt)
const tokens = z.int().min(0).max(mostTokens)
const amount = z
  .string()
  .regex(/^(0|[1-9]\d{0,38})$/)
  .transform(BigInt)
const pico = amount.transform(picoUsdc)
const micro = amount.transform(microUsdc)
const price = pico.refine((value) => value <= mostPrice)

const entry = { seq: z.int().min(1), at: time }
const terms = {
  id,
  request: id,
  key: id,
  attempt: z.enum(attemptKinds),
  lane: id,
  prices: z.strictObject({ inPico: price, outPico: price, cachedPico: price }),
  limits: z.strictObject({ promptTokens: tokens, maxOut: tokens }),
  ttlMs: z.int().min(1).max(dayMs)
}
const ends = ['finished', 'released', 'expired'] as const

/** A reservation was made. */
const reserved = z.strictObject({ type: z.literal('reserved'), ...entry, ...terms })
/** A charge was accepted; written before the voucher for `cumulative` is signed. Sums since the job began. */
const charged = z.strictObject({ type: z.literal('charged'), ...entry, id, charged: pico, cumulative: micro })
/** The voucher for `cumulative` is known to be signed. */
const signed = z.strictObject({ type: z.literal('signed'), ...entry, lane: id, cumulative: micro })
/** A reservation ended; what was not spent of it is free. */
const freed = z.strictObject({ type: z.literal('freed'), ...entry, id, end: z.enum(ends) })

/** The first line of a compacted log: so many lines of state follow. */
const snapshot = z.strictObject({
  type: z.literal('snapshot'),
  version: z.literal(1),
  seq: z.int().min(0),
  clock: time,
  entries: z.int().min(0)
})
const total = z.strictObject({ type: z.literal('total'), account: z.string().min(1).max(192), spent: pico })
const lane = z.strictObject({ type: z.literal('lane'), lane: id, charged: pico, signed: micro })
const request = z.strictObject({ type: z.literal('request'), request: id, key: id, spent: pico, lastAt: time })
const reservation = z.strictObject({
  type: z.literal('reservation'),
  ...terms,
  at: time,
  charged: pico,
  end: z.enum([...ends, 'live'])
})

export const recordSchema = z.discriminatedUnion('type', [reserved, charged, signed, freed])
export const snapshotSchema = snapshot
export const snapshotEntrySchema = z.discriminatedUnion('type', [total, lane, request, reservation])

/** What changed, as `append` writes it. Times are in ms since 1970; `seq` counts records since the log began. */
export type BudgetRecord = z.output<typeof recordSchema>
export type Snapshot = z.output<typeof snapshotSchema>
export type SnapshotEntry = z.output<typeof snapshotEntrySchema>
export type End = (typeof ends)[number]

/** The parts of a reservation that the caller names; two events with one id must agree in all of them. */
export interface Terms {
  /** Names one attempt of one request for good, e.g. the job's hash. */
  readonly id: string
  readonly request: string
  readonly key: string
  readonly attempt: AttemptKind
  readonly lane: string
  /** From the quote. */
  readonly prices: TokenPrices
  /** Prompt tokens, cached or not, and generated tokens. */
  readonly limits: { readonly promptTokens: number; readonly maxOut: number }
  /** After so long it frees itself. At most 24 h. */
  readonly ttlMs: number
}

/** Those parts and nothing else: callers may hand in a whole quote as prices, which the log would not take back. */
export function termsOf({ id, request, key, attempt, lane, prices, limits, ttlMs }: Terms): Terms {
  const { inPico, outPico, cachedPico } = prices
  const { promptTokens, maxOut } = limits
  return {
    id,
    request,
    key,
    attempt,
    lane,
    prices: { inPico, outPico, cachedPico },
    limits: { promptTokens, maxOut },
    ttlMs
  }
}

/** Owed on a lane in all. */
export interface VoucherIntent {
  readonly lane: string
  readonly cumulative: MicroUsdc
}
