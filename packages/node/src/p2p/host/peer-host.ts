import type { Link } from '@unhosted/core/inventory'
import type { Grants, PeerRecord } from '@unhosted/core/peers'
import type { PeerPresence } from '@unhosted/core/presence'
import type { Sighting } from '../streams/addresses.ts'
import type { FramedStream } from '../streams/framed-stream.ts'
import type { DiscoveryComponent } from '../streams/libp2p-node.ts'
import type { ProtocolHandler } from '../streams/protocol-handler.ts'
import type { Switchboard } from '../streams/switchboard.ts'
import type { PeerInventories } from './hello-exchange.ts'

/** @internal For its test. */
export interface PeerHostEvents {
  /** A peer was seen, connected, disconnected, paired, or changed name or link. */
  'peer:change': PeerPresence
  /** A paired peer's last connection ended or it was silent for too long. */
  'peer:lost': { readonly peerId: string }
  /** A peer was paired; takes effect at once. */
  'peer:paired': { readonly record: PeerRecord }
  /** A peer was unpaired here or from the other side; its streams are already cut. */
  'peer:unpaired': { readonly record: PeerRecord }
}

/**
 * Authenticated streams between paired machines over libp2p. Streams of a protocol registered
 * here reach the handler only from peers that are paired; from everyone else they are reset
 * before a byte is read.
 */
export interface PeerHost {
  readonly peerId: string
  /** Multiaddrs this host listens on, without the peer id. */
  addresses(): readonly string[]
  peers(): readonly PeerPresence[]
  peer(peerId: string): PeerPresence | undefined
  /** @returns a function that removes the handler. */
  handle(protocol: string, handler: ProtocolHandler): () => void
  /**
   * Open a stream to a paired peer.
   * @throws BaseError PEER_UNKNOWN | PEER_UNREACHABLE | PEER_REFUSED | CANCELLED
   */
  open(peerId: string, protocol: string, options: { readonly signal: AbortSignal }): Promise<FramedStream>
  /** @returns a function that removes the listener. */
  on<K extends keyof PeerHostEvents>(event: K, listener: (payload: PeerHostEvents[K]) => void): () => void
}

export interface ManagedPeerHostEvents extends PeerHostEvents {
  /** A peer connected that was unpaired while it was away. */
  'peer:unpaired-return': { readonly peerId: string }
}

/** The peer host with what only the daemon itself calls. */
export interface ManagedPeerHost extends PeerHost {
  readonly name: string
  readonly inventories: PeerInventories
  readonly switchboard: Switchboard
  /**
   * Listen, and dial paired peers.
   * @param discovery looks for machines while the host runs; null where none does
   * @throws BaseError PORT_IN_USE; nothing is left running then
   */
  start(discovery: DiscoveryComponent | null): Promise<void>
  /** Close everything. Idempotent. */
  stop(): Promise<void>
  on<K extends keyof ManagedPeerHostEvents>(event: K, listener: (payload: ManagedPeerHostEvents[K]) => void): () => void
  /** Measure round trip and throughput now. @throws BaseError PEER_UNKNOWN | PEER_UNREACHABLE | PEER_REFUSED | CANCELLED */
  measure(peerId: string, options: { readonly signal: AbortSignal }): Promise<Link>
  /** Paired peers at whose addresses somebody with another key answers. */
  impostors(): readonly PeerPresence[]
  /** A machine was heard of on the network. */
  sighted(sighting: Sighting): void
  /** A machine in sight told its name. */
  named(peerId: string, name: string): void
  /** A machine has not been heard of for long. */
  outOfSight(peerId: string): void
  /** Write the record; the peer may use what it is granted from then on. */
  addPeer(record: PeerRecord): Promise<void>
  /** Take back what addPeer wrote: put the earlier record back, or remove it where there was none. */
  restorePeer(peerId: string, previous: PeerRecord | undefined): Promise<void>
  /** Both sides have each other's record: connect. Ignored for a peer that is not paired. */
  pairingCompleted(peerId: string): void
  /** Change what a paired peer may do here, and tell it. @throws BaseError PEER_UNKNOWN */
  regrant(peerId: string, change: (grants: Grants) => Grants): Promise<PeerRecord>
  /** Remove the record and cut the peer off, streams first. @returns the record, undefined where there was none. */
  removePeer(peerId: string, options: { readonly remember: boolean }): Promise<PeerRecord | undefined>
}
