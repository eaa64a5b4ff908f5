import type { Link } from '../facts/inventory/index.ts'
import type { PeerRecord } from '../facts/peers/index.ts'

/** What is known of a machine beside its record. It is not stored: it ends with the daemon. */
export interface PeerState {
  /** As it said itself; null until it has. */
  readonly name: string | null
  /** Multiaddrs from the peer's own hello. */
  readonly toldAddresses: readonly string[]
  /** Multiaddrs from multicast, which anyone can send. Empty while it is out of sight. */
  readonly sightedAddresses: readonly string[]
  /** Whether it answers pings. */
  readonly linked: boolean
  /** Last measurement of the link; null where there is none. */
  readonly link: Link | null
  /** Whether a machine with another key answered when the peer was dialled last. */
  readonly impostor: boolean
}

/** What the rest of the daemon knows of the peer at the moment of an event. */
export interface PeerFacts {
  /** null where it is not paired. */
  readonly record: PeerRecord | null
  /** It was unpaired while it was away, and has not been told yet. */
  readonly wasUnpaired: boolean
  /** Whether a connection to it is open, of whatever use. */
  readonly connected: boolean
}

/** Whether the machine was heard of lately or is connected. */
export function isSeen(state: PeerState | null, facts: PeerFacts): boolean {
  return facts.connected || (state !== null && state.sightedAddresses.length > 0)
}
