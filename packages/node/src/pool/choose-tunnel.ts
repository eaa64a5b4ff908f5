import { BaseError } from '@unhosted/core/errors'
import type { LeaseGranted } from '@unhosted/core/protocol'
import { type Clock, withTimeLimit } from '../base/index.ts'
import type { Log } from '../log/index.ts'
import type { PeerHost } from '../p2p/types.ts'
import type { Certificate } from './certificate.ts'
import { createStreamTunnel } from './stream-tunnel.ts'
import { createTlsTunnel } from './tls-tunnel.ts'
import type { Tunnel, TunnelTicket } from './tunnel.ts'

/** Longest try of a direct connection before the stream tunnel is taken, ms. */
const directMs = 1000
/** Longest wait for a tunnel connection, ms. */
export const connectMs = 10_000

export interface TunnelChoice {
  readonly host: PeerHost
  readonly peerId: string
  /** Where the lender was reached; undefined over a relay. */
  readonly address: string | undefined
  readonly granted: LeaseGranted
  readonly certificate: Certificate
  readonly kind: 'auto' | 'tls' | 'libp2p'
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * A direct connection where one opens quickly, a libp2p stream where not; tried before anything relies on it.
 * @throws BaseError TUNNEL_FAILED | CANCELLED
 */
export async function chooseTunnel(choice: TunnelChoice): Promise<Tunnel> {
  const { host, peerId, granted, signal } = choice
  const ticket = { leaseId: granted.leaseId, secret: granted.secret }
  const failures: unknown[] = []
  const direct = choice.kind === 'libp2p' ? null : directTunnel(choice, ticket)
  if (direct !== null) {
    try {
      await probe(direct, directMs, choice)
      return direct
    } catch (error) {
      if (signal.aborted || choice.kind === 'tls') throw error
      failures.push(error)
      choice.log.info({ peerId, error: String(error) }, 'no direct tunnel; using a libp2p stream')
    }
  }
  const tunnel = createStreamTunnel({ host, peerId, ticket })
  try {
    await probe(tunnel, connectMs, choice)
    return tunnel
  } catch (error) {
    throw new BaseError('TUNNEL_FAILED', 'Could not open a tunnel to the other machine.', {
      cause: new AggregateError([...failures, error])
    })
  }
}

function directTunnel({ address, granted, certificate }: TunnelChoice, ticket: TunnelTicket): Tunnel | null {
  if (granted.tls === null || address === undefined) return null
  const { port, fingerprint: peerFingerprint } = granted.tls
  return createTlsTunnel({ address, port, certificate, peerFingerprint, ticket })
}

async function probe(tunnel: Tunnel, ms: number, { clock, signal }: TunnelChoice): Promise<void> {
  const connection = await withTimeLimit({ clock, ms, signal }, (limited) =>
    tunnel.connect('probe', { signal: limited })
  )
  connection.resume().end()
  connection.once('end', () => connection.destroy())
}
