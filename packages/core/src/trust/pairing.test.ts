import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PairMessage } from '../protocol/pair.ts'
import { type PairingEffect, type PairingEvent, type PairingState, startPairing, stepPairing } from './pairing.ts'
import { commitment, shortString } from './short-string.ts'

const hex = (seed: number): string => seed.toString(16).padStart(2, '0').repeat(32).slice(0, 64)

/** One end of a pairing: its state, what it has to send, and what it did. */
interface End {
  state: PairingState
  readonly outbox: PairMessage[]
  readonly log: PairingEffect[]
  stored: boolean
}

function end(role: 'offerer' | 'answerer', selfId: string, peerId: string, nonce: string): End {
  const facts = { role, selfId, peerId, selfName: selfId, selfAddresses: [], nonce }
  return { state: startPairing(facts, 'local'), outbox: [], log: [], stored: false }
}

/** Feeds an event; a store is done at once, or later where `slowStore` says so. */
function feed(side: End, event: PairingEvent, slowStore = false): void {
  const { state, effects } = stepPairing(side.state, event)
  side.state = state
  for (const effect of effects) {
    side.log.push(effect)
    if (effect.type === 'send') side.outbox.push(effect.message)
    if (effect.type === 'forget') side.stored = false
    if (effect.type === 'store') {
      side.stored = true
      if (!slowStore) feed(side, { type: 'stored' })
    }
  }
}

function deliver(from: End, to: End): boolean {
  const message = from.outbox.shift()
  if (message === undefined) return false
  feed(to, { type: 'message', message })
  return true
}

function deliverAll(a: End, b: End): void {
  while (deliver(a, b) || deliver(b, a)) {
    // Until both have said everything.
  }
}

function upToDigits(): { a: End; b: End } {
  const a = end('offerer', 'A', 'B', hex(1))
  const b = end('answerer', 'B', 'A', hex(2))
  feed(a, { type: 'begin' })
  deliverAll(a, b)
  return { a, b }
}

const yes: PairingEvent = { type: 'decide', accept: true, radius: 'local' }
const no: PairingEvent = { type: 'decide', accept: false, radius: 'local' }

describe('a pairing by digits', () => {
  it('shows the same digits at both ends', () => {
    const { a, b } = upToDigits()
    expect(a.state.digits).toMatch(/^\d{6}$/)
    expect(b.state.digits).toBe(a.state.digits)
  })

  it('stores on both sides once both people have confirmed, and not before', () => {
    const { a, b } = upToDigits()
    feed(a, yes)
    deliverAll(a, b)
    expect([a.stored, b.stored]).toEqual([false, false])
    feed(b, { type: 'decide', accept: true, radius: 'trusted' })
    deliverAll(a, b)
    expect([a.state.phase, b.state.phase]).toEqual(['paired', 'paired'])
    expect([a.state.radius, b.state.radius]).toEqual(['local', 'trusted'])
  })

  it.each<[string, (sides: { a: End; b: End }) => void, string]>([
    ['one says no', ({ b }) => feed(b, no), 'PAIRING_REFUSED'],
    ['nobody answers in time', ({ b }) => feed(b, { type: 'timeout' }), 'PAIRING_TIMEOUT'],
    ['one cancels', ({ b }) => feed(b, { type: 'cancel' }), 'PAIRING_REFUSED'],
    [
      'one confirms twice',
      ({ a }) => {
        feed(a, { type: 'message', message: { type: 'confirm' } })
        feed(a, { type: 'message', message: { type: 'confirm' } })
      },
      'PEER_PROTOCOL'
    ],
    [
      'one says stored too early',
      ({ a }) => feed(a, { type: 'message', message: { type: 'stored' } }),
      'PEER_PROTOCOL'
    ],
    [
      'one offers again',
      ({ b }) =>
        feed(b, {
          type: 'message',
          message: { type: 'offer', name: 'x', addresses: [], radius: 'local', commit: hex(9) }
        }),
      'PEER_PROTOCOL'
    ]
  ])('fails on both sides where %s', (_id, spoil, code) => {
    const sides = upToDigits()
    spoil(sides)
    deliverAll(sides.a, sides.b)
    expect([sides.a.state.failure, sides.b.state.failure]).toEqual([code, code])
    expect([sides.a.stored, sides.b.stored]).toEqual([false, false])
  })

  it('takes back what it stored where the other side never says that it has', () => {
    const { a, b } = upToDigits()
    feed(a, yes)
    feed(b, yes)
    deliver(b, a)
    expect(a.stored).toBe(true)
    feed(a, { type: 'closed' })
    expect(a.stored).toBe(false)
    expect(a.log.map(({ type }) => type)).toContain('forget')
  })

  it('refuses a nonce that is not the promised one', () => {
    const b = end('answerer', 'B', 'A', hex(2))
    const commit = commitment({ offererId: 'A', answererId: 'B', offererNonce: hex(1) })
    feed(b, { type: 'message', message: { type: 'offer', name: 'A', addresses: [], radius: 'local', commit } })
    feed(b, { type: 'message', message: { type: 'reveal', nonce: hex(3) } })
    expect(b.state).toMatchObject({ failure: 'PAIRING_MISMATCH', digits: null })
  })

  it('refuses a promise made for another peer', () => {
    const b = end('answerer', 'B', 'M', hex(2))
    const commit = commitment({ offererId: 'A', answererId: 'B', offererNonce: hex(1) })
    feed(b, { type: 'message', message: { type: 'offer', name: 'A', addresses: [], radius: 'local', commit } })
    feed(b, { type: 'message', message: { type: 'reveal', nonce: hex(1) } })
    expect(b.state.failure).toBe('PAIRING_MISMATCH')
  })

  it('gives someone in the middle other digits on each side, whatever nonces it picks', () => {
    const nonce = fc.integer({ min: 0, max: 255 }).map(hex)
    let equal = 0
    fc.assert(
      fc.property(nonce, nonce, nonce, nonce, (a, b, towardsA, towardsB) => {
        const seenByA = shortString({ offererId: 'A', answererId: 'M', offererNonce: a, answererNonce: towardsA })
        const seenByB = shortString({ offererId: 'M', answererId: 'B', offererNonce: towardsB, answererNonce: b })
        if (seenByA === seenByB) equal += 1
      }),
      { numRuns: 2000 }
    )
    // By chance one pair in a million is equal; two in 2000 would be a fault.
    expect(equal).toBeLessThan(2)
  })

  it('relays nothing useful: messages passed on by someone in the middle fail the promise', () => {
    const a = end('offerer', 'A', 'M', hex(1))
    const b = end('answerer', 'B', 'M', hex(2))
    feed(a, { type: 'begin' })
    deliverAll(a, b)
    expect(b.state.failure).toBe('PAIRING_MISMATCH')
    expect(a.state.phase).toBe('failed')
  })

  it('pairs on both sides or on neither, in any interleaving of people, messages, clocks and cuts', () => {
    const moves = fc.array(
      fc.constantFrom(
        'a→b',
        'b→a',
        'a yes',
        'b yes',
        'a no',
        'b no',
        'a stored',
        'b stored',
        'timeout a',
        'cancel b',
        'cut'
      ),
      { maxLength: 40 }
    )
    fc.assert(
      fc.property(moves, (sequence) => {
        const a = end('offerer', 'A', 'B', hex(1))
        const b = end('answerer', 'B', 'A', hex(2))
        feed(a, { type: 'begin' }, true)
        for (const move of sequence) {
          if (move === 'a→b' || move === 'b→a') {
            const [from, to] = move === 'a→b' ? [a, b] : [b, a]
            const message = from.outbox.shift()
            if (message !== undefined) feed(to, { type: 'message', message }, true)
          } else if (move === 'a yes') feed(a, yes, true)
          else if (move === 'b yes') feed(b, yes, true)
          else if (move === 'a no') feed(a, no, true)
          else if (move === 'b no') feed(b, no, true)
          else if (move === 'a stored' && a.stored) feed(a, { type: 'stored' }, true)
          else if (move === 'b stored' && b.stored) feed(b, { type: 'stored' }, true)
          else if (move === 'timeout a') feed(a, { type: 'timeout' }, true)
          else if (move === 'cancel b') feed(b, { type: 'cancel' }, true)
          else if (move === 'cut') for (const side of [a, b]) feed(side, { type: 'closed' }, true)
          const confirmed = a.state.confirmedHere && b.state.confirmedHere
          if (a.stored || b.stored) expect(confirmed).toBe(true)
          if (a.state.phase === 'paired') expect(b.log.some(({ type }) => type === 'store')).toBe(true)
          if (a.state.phase === 'failed') expect(a.stored).toBe(false)
          if (b.state.phase === 'failed') expect(b.stored).toBe(false)
        }
      }),
      { numRuns: 3000 }
    )
  })
})
