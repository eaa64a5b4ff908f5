import type { LeaseView } from '@unhosted/core/control'
import type { Part } from '../base/index.ts'

/** What a head asks a peer for. */
export interface LeaseRequest {
  readonly peerId: string
  readonly deviceId: string
  readonly bytes: number
  readonly modelId: string
  readonly modelName: string
  readonly engineVersion: string
}

/** Memory borrowed from a peer: a loopback endpoint here that reaches its ggml-rpc-server through the tunnel. */
export interface BorrowedLease {
  readonly id: string
  readonly request: LeaseRequest
  /** `127.0.0.1:port` for llama-server's --rpc. */
  readonly endpoint: string
  view(): LeaseView
  /** Settles, never rejects, when the lease is over; null when we closed it. */
  readonly ended: Promise<Error | null>
  close(): Promise<void>
}

/** Borrower's side. */
export interface LeaseClient extends Part {
  /** @throws BaseError LEASE_REFUSED | PEER_REFUSED | PEER_UNREACHABLE | PEER_LOST | PEER_PROTOCOL | TUNNEL_FAILED | CANCELLED */
  borrow(request: LeaseRequest, options: { readonly signal: AbortSignal }): Promise<BorrowedLease>
  leases(): readonly LeaseView[]
}

/** Lender's side: enforces grants and --lend-memory, runs one ggml-rpc-server per lease. */
export interface LeaseServer extends Part {
  leases(): readonly LeaseView[]
  /** Ends every lease. */
  stop(): Promise<void>
}

/** Memory of this machine's devices that is spoken for; shared by leases and local instances. */
export interface MemoryLedger {
  /**
   * Reserve before anything is started.
   * @param purpose `own` counts against --memory; `lent` against --memory and --lend-memory.
   * @throws BaseError NO_CAPACITY (own) | LEASE_REFUSED (lent), naming what is free
   */
  reserve(deviceId: string, bytes: number, purpose: 'own' | 'lent'): Reservation
  reserved(deviceId: string): { readonly own: number; readonly lent: number }
}

export interface Reservation extends Disposable {
  readonly deviceId: string
  readonly bytes: number
  /** Idempotent. */
  release(): void
}
