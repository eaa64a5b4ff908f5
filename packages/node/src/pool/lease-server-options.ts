import type { LeaseView } from '@unhosted/core/control'
import type { Clock } from '../base/index.ts'
import type { EngineRunner } from '../engine/types.ts'
import type { Log } from '../log/index.ts'
import type { PeerHost } from '../p2p/types.ts'
import type { MemoryLedger } from './types.ts'

export interface LeaseLimits {
  readonly maxLeasesPerPeer: number
  readonly maxLeases: number
  /** Longest wait for the request after a stream opened, ms. */
  readonly requestMs: number
  /** A lease with no tunnel connection for this long is ended, ms. */
  readonly idleMs: number
  /** Tunnel connections of one lease at once. */
  readonly maxConnections: number
}

export const defaultLeaseLimits: LeaseLimits = {
  maxLeasesPerPeer: 16,
  maxLeases: 64,
  requestMs: 5000,
  idleMs: 120_000,
  maxConnections: 8
}

export interface LeaseServerOptions {
  readonly host: PeerHost
  /** The engine as it is now; null while there is none. */
  readonly engine: () => EngineRunner | null
  readonly ledger: MemoryLedger
  readonly clock: Clock
  readonly log: Log
  /** Threads of an rpc-server, for leases of the CPU device. */
  readonly threads: number
  readonly limits: LeaseLimits
  /** Called when a lease begins and when it is over; `reason` is null while it lives. */
  readonly onChange: (lease: LeaseView, state: 'open' | 'gone', reason: string | null) => void
}
