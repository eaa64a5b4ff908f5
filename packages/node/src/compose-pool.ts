import { availableParallelism } from 'node:os'
import type { LocalMachine } from './compose-local.ts'
import type { ComposeOptions } from './compose-options.ts'
import {
  createLeaseClient,
  createLeaseServer,
  defaultLeaseLimits,
  type LeaseClient,
  type LeaseClientOptions,
  type LeaseServer
} from './pool/index.ts'

/** Leases of memory, in both directions. */
export interface Leases {
  readonly leaseServer: LeaseServer
  readonly leaseClient: LeaseClient
}

export function createLeases(options: ComposeOptions, { engine, ledger }: LocalMachine): Leases {
  const { config, clock, events } = options
  const { host } = options.peering
  const log = options.log.component('pool')
  const onChange: LeaseClientOptions['onChange'] = (lease, state, reason) =>
    events.emit(
      state === 'open' ? { event: 'lease', lease } : { event: 'lease-gone', lease, reason: reason ?? 'ended' }
    )
  return {
    leaseServer: createLeaseServer({
      host,
      engine: () => engine.current(),
      ledger,
      clock,
      log,
      threads: config.engine.threads ?? Math.max(1, availableParallelism() - 1),
      limits: defaultLeaseLimits,
      onChange
    }),
    leaseClient: createLeaseClient({ host, clock, log, onChange, tunnel: config.p2p.tunnel })
  }
}
