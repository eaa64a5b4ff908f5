import type { Link } from '@unhosted/core/inventory'
import type { PeerRecord } from '@unhosted/core/peers'
import type { FramedStream } from './framed-stream.ts'

/** How a peer stands to this machine now. */
export interface PeerPresence {
  readonly peerId: string
  /** Name it announces; its id's last characters until it has. */
  readonly name: string
  readonly record: PeerRecord | null
  readonly state: 'connected' | 'seen' | 'offline'
  readonly addresses: readonly string[]
  readonly link: Link | null
}

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

export interface ProtocolHandlerContext {
  readonly peer: PeerRecord
  /** Aborts when the stream ends, the peer is unpaired or lost, or the host stops. */
  readonly signal: AbortSignal
}

/** Serves one stream of a protocol. When it returns, the stream is closed; when it throws, it is reset. */
export type ProtocolHandler = (stream: FramedStream, context: ProtocolHandlerContext) => Promise<void>

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
