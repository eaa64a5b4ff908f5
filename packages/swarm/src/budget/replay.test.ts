import { microUsdc } from '@unhosted/core/units'
import { describe, expect, it } from 'vitest'
import { isBaseError } from '../errors/index.ts'
import { checksum } from './checksum.ts'
import { encodeRecord, encodeSnapshot } from './codec.ts'
import type { BudgetEvent } from './event.ts'
import type { BudgetRecord } from './record.ts'
import { replayLog } from './replay.ts'
import { takeSnapshot } from './snapshot.ts'
import { type BudgetState, emptyBudget } from './state.ts'
import { stepBudget } from './step.ts'
import { chargeWith, micro, noon, policyWith, reserveWith } from './testing/states.ts'

function live(events: readonly BudgetEvent[], start: BudgetState = emptyBudget) {
  let state = start
  const records: BudgetRecord[] = []
  for (const event of events) {
    const step = stepBudget(state, event, policyWith())
    state = step.state
    for (const effect of step.effects) if (effect.type === 'append') records.push(effect.record)
  }
  return { state, records, log: records.map(encodeRecord).join('') }
}

const events: readonly BudgetEvent[] = [
  reserveWith(),
  chargeWith(10),
  { type: 'signed', at: noon + 1, lane: 'lane-1', cumulative: micro(46) },
  reserveWith({ id: 'job-2', request: 'request-2', at: noon + 2, key: '"quoted"' }),
  chargeWith(20, { id: 'job-2', at: noon + 3 }),
  { type: 'finish', at: noon + 4, id: 'job-1' },
  { type: 'tick', at: noon + 900_000 },
  reserveWith({ id: 'job-3', request: 'request-3', at: noon + 900_001 }),
  chargeWith(7, { id: 'job-3', at: noon + 900_002 })
]

const contents = (state: BudgetState): string => encodeSnapshot(takeSnapshot(state))
const failure = (text: string): string => {
  try {
    replayLog(text)
    return 'none'
  } catch (error) {
    if (!isBaseError(error, 'BUDGET_LOG_CORRUPT')) throw error
    return error.message
  }
}

/** A line whose checksum is right, whatever it says. */
const line = (value: unknown): string => {
  const json =
    typeof value === 'string'
      ? value
      : JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}` : each))
  return `${checksum(json)} ${json}\n`
}

describe('replay', () => {
  it('an empty log is a new budget', () => {
    expect(replayLog('')).toEqual({ state: emptyBudget, validBytes: 0 })
  })

  it('gives the live state', () => {
    const { state, log } = live(events)
    expect(contents(replayLog(log).state)).toBe(contents(state))
    expect(replayLog(log).validBytes).toBe(log.length)
  })

  it('a snapshot gives the same state, and goes on the same', () => {
    const { state } = live(events)
    const compacted = replayLog(contents(state)).state
    expect(contents(compacted)).toBe(contents(state))
    const more = [chargeWith(9, { id: 'job-3', at: noon + 900_003 }), { type: 'tick', at: noon + 9_000_000 }] as const
    const suffix = live(more, state)
    expect(live(more, compacted).records).toEqual(suffix.records)
    expect(contents(replayLog(contents(state) + suffix.log).state)).toBe(contents(suffix.state))
  })

  it('reads back what was reserved with a whole quote as its prices', () => {
    const prices = { ...reserveWith().prices, maxCtx: 4_096, validUntil: 1 }
    const limits = { promptTokens: 1, maxOut: 1, temperature: 0 }
    const { state, log } = live([reserveWith({ prices, limits })])
    expect(contents(replayLog(log).state)).toBe(contents(state))
  })

  it('cut anywhere, it gives what was whole; never half a line', () => {
    const { log, records } = live(events)
    for (let length = 0; length <= log.length; length++) {
      const { state, validBytes } = replayLog(log.slice(0, length))
      expect(state.seq).toBe(log.slice(0, length).split('\n').length - 1)
      expect(validBytes).toBe(records.slice(0, state.seq).map(encodeRecord).join('').length)
    }
  })

  it('any line damaged, dropped, doubled or swapped is found', () => {
    const { log } = live(events)
    const lines = log.split('\n').slice(0, -1)
    const whole = (changed: readonly string[]): string => changed.map((each) => `${each}\n`).join('')
    lines.forEach((each, index) => {
      for (let at = 0; at < each.length; at += 7) {
        const flipped = String.fromCharCode(each.charCodeAt(at) ^ 1)
        expect(failure(whole(lines.with(index, each.slice(0, at) + flipped + each.slice(at + 1))))).toContain(
          `line ${index + 1} `
        )
      }
      expect(failure(whole(lines.toSpliced(index, 0, each)))).toContain('follows record')
      if (index === lines.length - 1) return
      expect(failure(whole(lines.toSpliced(index, 1)))).toContain('follows record')
      expect(failure(whole(lines.toSpliced(index, 2, lines[index + 1] ?? '', each)))).toContain('follows record')
    })
  })

  it('a snapshot that lost a line is found', () => {
    const lines = contents(live(events).state).split('\n').slice(0, -1)
    lines.forEach((_, index) => {
      if (index > 0)
        expect(
          failure(
            lines
              .toSpliced(index, 1)
              .map((each) => `${each}\n`)
              .join('')
          )
        ).not.toBe('none')
    })
  })
})

describe('a record that no budget writes is refused', () => {
  const { records } = live(events)
  const first = encodeRecord(records[0] as BudgetRecord)
  const entry = { seq: 2, at: noon + 1 }
  it.each([
    ['no JSON', line('{'), 'line 2 is no JSON'],
    ['another type', line({ type: 'gift', ...entry }), 'no entry of this version'],
    [
      'a field too many',
      line({ type: 'freed', ...entry, id: 'job-1', end: 'expired', note: '' }),
      'no entry of this version'
    ],
    [
      'a float',
      line({ type: 'charged', ...entry, id: 'job-1', charged: '1.5', cumulative: '1' }),
      'no entry of this version'
    ],
    [
      'a negative amount',
      line({ type: 'charged', ...entry, id: 'job-1', charged: '-1', cumulative: '0' }),
      'no entry of this version'
    ],
    [
      'an amount of 40 digits',
      line({ type: 'charged', ...entry, id: 'job-1', charged: '1'.repeat(40), cumulative: '0' }),
      'no entry of this version'
    ],
    [
      'a line of 3,000 characters',
      line({ type: 'freed', ...entry, id: 'x'.repeat(3_000), end: 'expired' }),
      'not as it was written'
    ],
    [
      'a snapshot in the middle',
      line({ type: 'snapshot', version: 1, seq: 0, clock: 0, entries: 0 }),
      'no entry of this version'
    ],
    [
      'a time before the one before',
      line({ type: 'freed', seq: 2, at: noon - 1, id: 'job-1', end: 'expired' }),
      'older than the one before'
    ],
    [
      'a charge for nothing',
      line({ type: 'charged', ...entry, id: 'job-9', charged: '1', cumulative: '0' }),
      'does not run'
    ],
    [
      'a charge above the reservation',
      line({ type: 'charged', ...entry, id: 'job-1', charged: '640000001', cumulative: '640' }),
      'charges 640000001'
    ],
    [
      'a charge after the deadline',
      line({ type: 'charged', seq: 2, at: noon + 600_000, id: 'job-1', charged: '1000000', cumulative: '1' }),
      'after its deadline'
    ],
    [
      'a voucher that does not add up',
      line({ type: 'charged', ...entry, id: 'job-1', charged: '1000000', cumulative: '2' }),
      'does not add up'
    ],
    [
      'a signature out of nowhere',
      line({ type: 'signed', ...entry, lane: 'lane-1', cumulative: '1' }),
      'signs what was not charged'
    ],
    ['a reservation twice', line({ ...records[0], ...entry }), 'twice'],
    ['a request with two keys', line({ ...records[0], ...entry, id: 'job-2', key: 'other' }), 'two keys']
  ])('%s', (_, bad, why) => {
    expect(failure(first + bad)).toContain(why)
  })
})

describe('a snapshot that no budget writes is refused', () => {
  const head = (entries: number): string => line({ type: 'snapshot', version: 1, seq: 5, clock: noon, entries })
  const { type, ...terms } = reserveWith()
  const total = line({ type: 'total', account: 'day 2026-11-21', spent: '1' })
  const lane = line({ type: 'lane', lane: 'lane-1', charged: '1', signed: '0' })
  const request = line({ type: 'request', request: 'request-1', key: 'app', spent: '0', lastAt: noon })
  const reservation = line({ type: 'reservation', ...terms, charged: '0', end: 'live' })
  it.each([
    [
      'another version',
      line({ type: 'snapshot', version: 2, seq: 0, clock: 0, entries: 0 }),
      'no entry of this version'
    ],
    ['too few entries', head(1), '1 entries has 0'],
    ['an account twice', head(2) + total + total, 'twice'],
    ['a lane twice', head(2) + lane + lane, 'twice'],
    ['a request twice', head(2) + request + request, 'twice'],
    ['a reservation twice', head(3) + request + reservation + reservation, 'twice'],
    ['a reservation without its request', head(1) + reservation, 'request request-1 is missing'],
    [
      'a reservation overdrawn',
      head(2) + request + line({ type: 'reservation', ...terms, charged: '640000001', end: 'live' }),
      'more was charged'
    ]
  ])('%s', (_, text, why) => {
    expect(failure(text)).toContain(why)
  })

  it(`and that is not for the ${type} itself`, () => {
    expect(replayLog(head(4) + total + lane + request + reservation).state.seq).toBe(5)
  })
})

describe('checksum', () => {
  // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
  it('of 123456789', () => expect(checksum('123456789')).toBe('cbf43926'))
})

it('an amount beyond a float is kept', () => {
  const record: BudgetRecord = { type: 'signed', seq: 1, at: 0, lane: 'l', cumulative: microUsdc(2n ** 120n + 1n) }
  expect(encodeRecord(record)).toContain(`"${2n ** 120n + 1n}"`)
})
