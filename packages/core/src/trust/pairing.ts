import type { Radius } from '../facts/peers/index.ts'
import type { PairMessage, PairRefusal } from '../protocol/index.ts'
import { commitment, shortString } from './short-string.ts'

/** Facts that do not change during one interactive pairing. */
export interface PairingFacts {
  readonly role: 'offerer' | 'answerer'
  readonly selfId: string
  readonly peerId: string
  readonly selfName: string
  readonly selfAddresses: readonly string[]
  /** 64 hex digits, from a secure random source, used once. */
  readonly nonce: string
}

type Phase = 'start' | 'offered' | 'answered' | 'compare' | 'storing' | 'paired' | 'failed'

export interface PairingState {
  readonly facts: PairingFacts
  readonly phase: Phase
  readonly peerName: string | null
  readonly peerAddresses: readonly string[]
  /** What this side grants; the other side's offer proposes it until the person here decides. */
  readonly radius: Radius
  readonly commit: string | null
  readonly digits: string | null
  readonly confirmedHere: boolean
  readonly confirmedThere: boolean
  readonly storedHere: boolean
  readonly storedThere: boolean
  readonly failure: PairRefusal | null
}

export type PairingEvent =
  | { readonly type: 'begin' }
  | { readonly type: 'message'; readonly message: PairMessage }
  /** The person here says whether the digits are the same. */
  | { readonly type: 'decide'; readonly accept: boolean; readonly radius: Radius }
  /** The record is on disk. */
  | { readonly type: 'stored' }
  | { readonly type: 'timeout' }
  | { readonly type: 'cancel' }
  /** The stream ended. */
  | { readonly type: 'closed' }

export type PairingEffect =
  | { readonly type: 'send'; readonly message: PairMessage }
  /** Write the peer's record; answer with `stored`. */
  | { readonly type: 'store'; readonly radius: Radius }
  /** Take back what `store` wrote. */
  | { readonly type: 'forget' }
  | { readonly type: 'paired' }
  | { readonly type: 'failed'; readonly code: PairRefusal }

export interface PairingStep {
  readonly state: PairingState
  readonly effects: readonly PairingEffect[]
}

export function startPairing(facts: PairingFacts, radius: Radius): PairingState {
  return {
    facts,
    phase: 'start',
    peerName: null,
    peerAddresses: [],
    radius,
    commit: null,
    digits: null,
    confirmedHere: false,
    confirmedThere: false,
    storedHere: false,
    storedThere: false,
    failure: null
  }
}

/**
 * One step of an interactive pairing. Nothing is stored before both people have said that the
 * digits are the same, and what one side has stored it forgets where the other never says `stored`.
 * Security: see docs/protocol.md, "Pairing".
 */
export function stepPairing(state: PairingState, event: PairingEvent): PairingStep {
  if (state.phase === 'paired' || state.phase === 'failed') return { state, effects: [] }
  switch (event.type) {
    case 'begin':
      return begin(state)
    case 'message':
      return receive(state, event.message)
    case 'decide':
      return decide(state, event.accept, event.radius)
    case 'stored':
      return stored(state)
    case 'timeout':
      return fail(state, 'PAIRING_TIMEOUT', true)
    case 'cancel':
      return fail(state, 'PAIRING_REFUSED', true)
    case 'closed':
      return fail(state, 'PAIRING_REFUSED', false)
  }
}

function begin(state: PairingState): PairingStep {
  const { facts } = state
  if (state.phase !== 'start' || facts.role !== 'offerer') return { state, effects: [] }
  const commit = commitment({ offererId: facts.selfId, answererId: facts.peerId, offererNonce: facts.nonce })
  const message: PairMessage = {
    type: 'offer',
    name: facts.selfName,
    addresses: [...facts.selfAddresses],
    radius: state.radius,
    commit
  }
  return { state: { ...state, phase: 'offered', commit }, effects: [{ type: 'send', message }] }
}

function receive(state: PairingState, message: PairMessage): PairingStep {
  const { facts } = state
  switch (message.type) {
    case 'offer': {
      if (facts.role !== 'answerer' || state.phase !== 'start') return outOfOrder(state)
      const answer: PairMessage = {
        type: 'answer',
        name: facts.selfName,
        addresses: [...facts.selfAddresses],
        nonce: facts.nonce
      }
      const introduced = { peerName: message.name, peerAddresses: message.addresses, radius: message.radius }
      return {
        state: { ...state, ...introduced, phase: 'answered', commit: message.commit },
        effects: [{ type: 'send', message: answer }]
      }
    }
    case 'answer': {
      if (facts.role !== 'offerer' || state.phase !== 'offered') return outOfOrder(state)
      const introduced = { peerName: message.name, peerAddresses: message.addresses }
      const digits = digitsOf(facts, facts.nonce, message.nonce)
      return {
        state: { ...state, ...introduced, phase: 'compare', digits },
        effects: [{ type: 'send', message: { type: 'reveal', nonce: facts.nonce } }]
      }
    }
    case 'reveal': {
      if (facts.role !== 'answerer' || state.phase !== 'answered') return outOfOrder(state)
      const promised = commitment({
        offererId: facts.peerId,
        answererId: facts.selfId,
        offererNonce: message.nonce
      })
      if (promised !== state.commit) return fail(state, 'PAIRING_MISMATCH', true)
      const digits = digitsOf(facts, message.nonce, facts.nonce)
      return { state: { ...state, phase: 'compare', digits }, effects: [] }
    }
    case 'confirm':
      if (state.phase !== 'compare' || state.confirmedThere) return outOfOrder(state)
      return storeWhenBoth({ ...state, confirmedThere: true }, [])
    case 'stored':
      if (state.phase !== 'storing' || state.storedThere) return outOfOrder(state)
      return endWhenBoth({ ...state, storedThere: true }, [])
    case 'refuse':
      return fail(state, message.code, false)
    default:
      return outOfOrder(state)
  }
}

function decide(state: PairingState, accept: boolean, radius: Radius): PairingStep {
  if (!accept) return fail(state, 'PAIRING_REFUSED', true)
  if (state.phase !== 'compare' || state.confirmedHere) return { state, effects: [] }
  return storeWhenBoth({ ...state, radius, confirmedHere: true }, [{ type: 'send', message: { type: 'confirm' } }])
}

function storeWhenBoth(state: PairingState, before: readonly PairingEffect[]): PairingStep {
  if (!state.confirmedHere || !state.confirmedThere) return { state, effects: before }
  return { state: { ...state, phase: 'storing' }, effects: [...before, { type: 'store', radius: state.radius }] }
}

function stored(state: PairingState): PairingStep {
  if (state.phase !== 'storing' || state.storedHere) return { state, effects: [] }
  return endWhenBoth({ ...state, storedHere: true }, [{ type: 'send', message: { type: 'stored' } }])
}

function endWhenBoth(state: PairingState, before: readonly PairingEffect[]): PairingStep {
  if (!state.storedHere || !state.storedThere) return { state, effects: before }
  return { state: { ...state, phase: 'paired' }, effects: [...before, { type: 'paired' }] }
}

function outOfOrder(state: PairingState): PairingStep {
  return fail(state, 'PEER_PROTOCOL', true)
}

function fail(state: PairingState, code: PairRefusal, tell: boolean): PairingStep {
  const effects: PairingEffect[] = []
  if (tell) effects.push({ type: 'send', message: { type: 'refuse', code } })
  if (state.phase === 'storing') effects.push({ type: 'forget' })
  effects.push({ type: 'failed', code })
  return { state: { ...state, phase: 'failed', failure: code }, effects }
}

function digitsOf(facts: PairingFacts, offererNonce: string, answererNonce: string): string {
  const offers = facts.role === 'offerer'
  return shortString({
    offererId: offers ? facts.selfId : facts.peerId,
    answererId: offers ? facts.peerId : facts.selfId,
    offererNonce,
    answererNonce
  })
}
