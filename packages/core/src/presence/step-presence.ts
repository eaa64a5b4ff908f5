import type { Link } from '../facts/inventory/index.ts'
import type { PeerRecord } from '../facts/peers/index.ts'
import { maxPeerAddresses } from './dial-addresses.ts'
import { isSeen, type PeerFacts, type PeerState } from './peer-state.ts'

export type PresenceEvent =
  /** The machine was heard of on the network. */
  | { readonly type: 'sighted'; readonly addresses: readonly string[] }
  /** It has not been heard of for long. */
  | { readonly type: 'out-of-sight' }
  /** A machine in sight said its name. */
  | { readonly type: 'named'; readonly name: string }
  | { readonly type: 'connection-opened' }
  /** Its last connection ended. */
  | { readonly type: 'connection-closed' }
  /** A paired peer was dialled; `impostor`: a machine with another key answered. */
  | { readonly type: 'dialled'; readonly impostor: boolean }
  /** It answered a ping. */
  | { readonly type: 'linked'; readonly link: Link }
  /** Its throughput was measured. */
  | { readonly type: 'measured'; readonly link: Link }
  /** The watched link ended; `silent`: it stopped answering, or could not be reached at all. */
  | { readonly type: 'link-lost'; readonly silent: boolean; readonly reason: string }
  /** A paired peer said who and where it is. */
  | { readonly type: 'hello'; readonly name: string; readonly addresses: readonly string[] }
  /** Its record was written. */
  | { readonly type: 'paired'; readonly record: PeerRecord }
  /** Both sides have each other's record. */
  | { readonly type: 'pairing-completed' }
  /** What it may do here was changed. */
  | { readonly type: 'regranted' }
  /** Its record was removed. */
  | { readonly type: 'unpaired'; readonly record: PeerRecord }

export type PresenceEffect =
  /** Tell listeners how the peer stands now. */
  | { readonly type: 'announce-change' }
  | { readonly type: 'announce-lost'; readonly reason: string }
  | { readonly type: 'announce-paired'; readonly record: PeerRecord }
  | { readonly type: 'announce-unpaired'; readonly record: PeerRecord }
  /** It came back and does not know that it is unpaired. */
  | { readonly type: 'announce-unpaired-return' }
  /** Ping it from now on, unless that is done already. */
  | { readonly type: 'watch-link' }
  | { readonly type: 'stop-watching' }
  /** Dial it from now on until it is connected. */
  | { readonly type: 'keep-dialling' }
  | { readonly type: 'dial-now' }
  /** The next loss starts from short delays again. */
  | { readonly type: 'reset-dial-delay' }
  | { readonly type: 'stop-dialling' }
  /** Exchange hellos. */
  | { readonly type: 'greet' }
  | { readonly type: 'forget-inventory' }
  | { readonly type: 'cut-streams' }
  /** Close the connections that have been there for as long as it was silent. */
  | { readonly type: 'cut-silent-connections' }
  /** Store what the peer says of itself. */
  | { readonly type: 'save'; readonly name: string; readonly addresses: readonly string[] }
  | { readonly type: 'warn-impostor' }

export interface PresenceStep {
  /** null where nothing is known any more. */
  readonly state: PeerState | null
  /** To be carried out in this order, after the state is replaced. */
  readonly effects: readonly PresenceEffect[]
}

const unknown: PeerState = {
  name: null,
  toldAddresses: [],
  sightedAddresses: [],
  linked: false,
  link: null,
  impostor: false
}

/**
 * One event in what is known of one peer. Strangers out of sight are forgotten, so that nobody can fill the memory with
 * machines that do not exist.
 */
export function stepPresence(state: PeerState | null, event: PresenceEvent, facts: PeerFacts): PresenceStep {
  const step = advance(state, event, facts)
  const isKept = facts.record !== null || isSeen(step.state, facts)
  return isKept ? step : { state: null, effects: step.effects }
}

function advance(before: PeerState | null, event: PresenceEvent, facts: PeerFacts): PresenceStep {
  const state = before ?? unknown
  const isPaired = facts.record !== null
  switch (event.type) {
    case 'sighted': {
      if (sameAddresses(state.sightedAddresses, event.addresses)) return nothing(before)
      const sightedAddresses = event.addresses.slice(0, maxPeerAddresses)
      return { state: { ...state, sightedAddresses }, effects: [change, ...(isPaired ? [dialNow] : [])] }
    }
    case 'out-of-sight':
      if (state.sightedAddresses.length === 0) return nothing(before)
      return { state: { ...state, sightedAddresses: [] }, effects: [change] }
    case 'named':
      // A paired peer says its name in its hello, where nobody else can.
      if (before === null || before.name === event.name || isPaired) return nothing(before)
      return { state: { ...before, name: event.name }, effects: [change] }
    case 'connection-opened':
      if (isPaired) return { state: before, effects: [{ type: 'watch-link' }, change] }
      return { state: before, effects: [...(facts.wasUnpaired ? [unpairedReturn] : []), change] }
    case 'connection-closed':
      return { state: before, effects: [change] }
    case 'dialled': {
      const warn: PresenceEffect[] = event.impostor && !state.impostor ? [{ type: 'warn-impostor' }] : []
      return { state: { ...state, impostor: event.impostor }, effects: warn }
    }
    case 'linked':
      return linked(state, event.link)
    case 'measured':
      return { state: { ...state, link: event.link }, effects: [change] }
    case 'link-lost':
      return linkLost(state, event, isPaired)
    case 'hello':
      return hello(state, event, facts.record)
    case 'paired':
      return { state: { ...state, name: event.record.name }, effects: [announcePaired(event.record), change] }
    case 'pairing-completed':
      if (!isPaired) return nothing(before)
      return { state: before, effects: [keepDialling, ...(facts.connected ? [watchLink] : [])] }
    case 'regranted':
      return { state: before, effects: [change, ...(state.linked ? [greet] : [])] }
    case 'unpaired':
      return { state: { ...state, impostor: false }, effects: [...unpairing, announceUnpaired(event.record), change] }
  }
}

function linked(state: PeerState, measured: Link): PresenceStep {
  const isFirst = !state.linked
  const bytesPerSecond = measured.bytesPerSecond ?? state.link?.bytesPerSecond ?? null
  const isNotable = isFirst || state.link?.bytesPerSecond !== bytesPerSecond
  return {
    state: { ...state, linked: true, impostor: false, link: { ...measured, bytesPerSecond } },
    effects: [...(isNotable ? [change] : []), ...(isFirst ? [resetDialDelay, greet] : [])]
  }
}

function linkLost(
  state: PeerState,
  { silent, reason }: Extract<PresenceEvent, { type: 'link-lost' }>,
  isPaired: boolean
): PresenceStep {
  return {
    state: { ...state, linked: false, link: null },
    effects: [
      // Where only the stream ended the peer may be about to say why, that it unpaired for one: its connection stays.
      ...(silent ? [cutSilentConnections] : []),
      ...(state.linked ? [announceLost(reason)] : []),
      change,
      ...(isPaired ? [keepDialling] : [])
    ]
  }
}

function hello(
  state: PeerState,
  { name, addresses }: Extract<PresenceEvent, { type: 'hello' }>,
  record: PeerRecord | null
): PresenceStep {
  const isNews = record !== null && (record.name !== name || !sameAddresses(record.addresses, addresses))
  const save: PresenceEffect = { type: 'save', name, addresses: addresses.slice(0, maxPeerAddresses) }
  return {
    state: { ...state, name, toldAddresses: addresses },
    effects: [...(isNews ? [save] : []), ...(state.name === name ? [] : [change])]
  }
}

function nothing(state: PeerState | null): PresenceStep {
  return { state, effects: [] }
}

function sameAddresses(some: readonly string[], others: readonly string[]): boolean {
  return some.join() === others.join()
}

const change: PresenceEffect = { type: 'announce-change' }
const unpairedReturn: PresenceEffect = { type: 'announce-unpaired-return' }
const watchLink: PresenceEffect = { type: 'watch-link' }
const keepDialling: PresenceEffect = { type: 'keep-dialling' }
const dialNow: PresenceEffect = { type: 'dial-now' }
const resetDialDelay: PresenceEffect = { type: 'reset-dial-delay' }
const greet: PresenceEffect = { type: 'greet' }
const cutSilentConnections: PresenceEffect = { type: 'cut-silent-connections' }
/** Nothing of the peer may go on when others hear that it is unpaired. */
const unpairing: readonly PresenceEffect[] = [
  { type: 'stop-dialling' },
  { type: 'cut-streams' },
  { type: 'stop-watching' },
  { type: 'forget-inventory' }
]
const announceLost = (reason: string): PresenceEffect => ({ type: 'announce-lost', reason })
const announcePaired = (record: PeerRecord): PresenceEffect => ({ type: 'announce-paired', record })
const announceUnpaired = (record: PeerRecord): PresenceEffect => ({ type: 'announce-unpaired', record })
