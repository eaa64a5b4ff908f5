import type { Duplex } from 'node:stream'
import type { TunnelPurpose } from '@unhosted/core/protocol'

/** One way of carrying a lease's connections to the lender, as the head sees it. */
export interface Tunnel {
  readonly kind: 'tls' | 'libp2p'
  /**
   * One more connection, which the lender has accepted: half-closable, with back-pressure, not yet read.
   * @throws BaseError TUNNEL_FAILED | PEER_REFUSED | CANCELLED
   */
  connect(purpose: TunnelPurpose, options: { readonly signal: AbortSignal }): Promise<Duplex>
}

/** What opens a tunnel connection of one lease. */
export interface TunnelTicket {
  readonly leaseId: string
  /** 64 hex digits. */
  readonly secret: string
}

/** A connection whose opening was right, at the lender. The receiver owns it and must end it. */
export type AcceptTunnel = (connection: Duplex) => void
