import type { Link } from '@unhosted/core/inventory'
import type { Grants, PeerRecord } from '@unhosted/core/peers'
import type { Identity } from '../identity/index.ts'
import type { Log } from '../log/index.ts'
import type { PeerInventories } from './inventories.ts'
import type { DiscoveryComponent } from './libp2p-node.ts'
import type { PeerHost, PeerPresence } from './peer-host.ts'
import type { PeersStore } from './peers-store.ts'
import type { Switchboard } from './switchboard.ts'

export interface PeerHostOptions {
  readonly identity: Identity
  readonly peersStore: PeersStore
  /** Name that peers see. */
  readonly name: string
  /** Unhosted's own version. */
  readonly version: string
  /** IP addresses to listen on: `0.0.0.0` and `::`, or loopback in tests. */
  readonly hosts: readonly string[]
  /** TCP port for peers; 0 for any free one. */
  readonly port: number
  /** A frame that has begun must be whole within this time. */
  readonly frameTimeoutMs: number
  /** Looks for machines while the host runs; null where none does. */
  readonly discovery: DiscoveryComponent | null
  readonly log: Log
}

/** A machine that was seen on the network. */
export interface Sighting {
  readonly peerId: string
  /** Multiaddrs without the peer id. */
  readonly addresses: readonly string[]
}

/** The peer host with what only the daemon itself calls. */
export interface ManagedPeerHost extends PeerHost {
  readonly name: string
  readonly inventories: PeerInventories
  /** Listen, and look for paired peers. @throws BaseError PORT_IN_USE; nothing is left running then. */
  start(): Promise<void>
  /** Close everything. Idempotent. */
  stop(): Promise<void>
  /** Measure round trip and throughput now. @throws BaseError PEER_UNKNOWN | PEER_UNREACHABLE | PEER_REFUSED | CANCELLED */
  measure(peerId: string, options: { readonly signal: AbortSignal }): Promise<Link>
  /** Paired peers at whose addresses somebody with another key answers. */
  impostors(): readonly PeerPresence[]
  /** A machine was seen on the network. */
  saw(sighting: Sighting): void
  /** A machine in sight told its name. */
  named(peerId: string, name: string): void
  /** A machine has not been seen for long. */
  lostSight(peerId: string): void
  /** Write the record; the peer may use what it is granted from then on. */
  admit(record: PeerRecord): Promise<void>
  /** Take back what admit wrote: the earlier record, or none. */
  readmit(peerId: string, previous: PeerRecord | undefined): Promise<void>
  /** Change what a paired peer may do here, and tell it. @throws BaseError PEER_UNKNOWN */
  regrant(peerId: string, change: (grants: Grants) => Grants): Promise<PeerRecord>
  /** The other side has admitted us too: connect. */
  settle(peerId: string): void
  /** Remove the record and cut the peer off, streams first. @returns the record, undefined where there was none. */
  expel(peerId: string, options: { readonly remember: boolean }): Promise<PeerRecord | undefined>
  readonly switchboard: Switchboard
}

export interface PeerHostParts {
  /** Whether a pairing with the peer is under way, so that its connection is left alone. */
  readonly isPairing: (peerId: string) => boolean
  /** A peer connected that was unpaired while it was away. */
  readonly onUnpairedReturned: (peerId: string) => void
}
