import { type TunnelOpening, tunnelProtocol } from '@unhosted/core/protocol'
import type { Clock } from '../base/index.ts'
import type { PeerHost } from '../p2p/types.ts'
import { framedDuplex } from './framed-duplex.ts'
import { acceptConnection, openConnection, readOpening, tunnelFailed } from './opening.ts'
import type { AcceptTunnel, Tunnel, TunnelTicket } from './tunnel.ts'

/** Longest that an opening may take to arrive, ms. */
const openingMs = 5000

/** Connections as libp2p streams: work wherever the peers are connected at all, relays included. */
export function createStreamTunnel(options: {
  readonly host: PeerHost
  readonly peerId: string
  readonly ticket: TunnelTicket
}): Tunnel {
  return {
    kind: 'libp2p',
    async connect(purpose, { signal }) {
      const connection = framedDuplex(await options.host.open(options.peerId, tunnelProtocol, { signal }))
      // Whoever takes the connection adds its own; until then an error must not be uncaught.
      connection.on('error', () => {})
      try {
        await openConnection(connection, options.ticket, purpose, signal)
        return connection
      } catch (error) {
        connection.destroy()
        throw error
      }
    }
  }
}

/**
 * Serve the tunnel protocol for all leases of this machine.
 * @param find what takes the connection; null for an opening that no live lease of that peer answers to.
 * @returns a function that stops serving.
 */
export function serveStreamTunnels(options: {
  readonly host: PeerHost
  readonly clock: Clock
  readonly find: (peerId: string, opening: TunnelOpening) => AcceptTunnel | null
}): () => void {
  return options.host.handle(tunnelProtocol, async (stream, { peer, signal }) => {
    const connection = framedDuplex(stream)
    connection.on('error', () => {})
    const late = new AbortController()
    const stopTimer = options.clock.after(openingMs, () => late.abort())
    try {
      const opening = await readOpening(connection, AbortSignal.any([signal, late.signal]))
      const accept = options.find(peer.peerId, opening)
      if (accept === null) throw tunnelFailed('The opening names no lease of that machine.')
      acceptConnection(connection)
      if (opening.purpose === 'probe') connection.resume().end()
      else accept(connection)
    } catch (error) {
      connection.destroy()
      throw error
    } finally {
      stopTimer()
    }
    await closed(connection, signal)
  })
}

function closed(connection: ReturnType<typeof framedDuplex>, signal: AbortSignal): Promise<void> {
  if (connection.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const onAbort = (): void => {
      connection.destroy()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    connection.once('close', () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    if (signal.aborted) onAbort()
  })
}
