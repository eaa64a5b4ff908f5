import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net'
import { connect, createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { BaseError } from '@unhosted/core/errors'
import type { Clock } from '../base/index.ts'
import type { Certificate } from './certificate.ts'
import { fingerprintOf } from './certificate.ts'
import { acceptConnection, isTicketFor, openConnection, readOpening, tunnelFailed } from './opening.ts'
import type { AcceptTunnel, Tunnel, TunnelTicket } from './tunnel.ts'

/** Longest time from a connection to its opening, ms. */
const handshakeMs = 3000
/**
 * Keepalive because a loaded model that nobody asks is silent for hours: it holds the state of firewalls on
 * the way, and finds a way that is gone within 10 s of probes (libuv sends one a second).
 */
const socketOptions = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 } as const
const tlsVersions = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } as const
/** AES first where the processor has it; both are offered so that a machine without it stays fast. Source: docs/decisions/0005-data-plane.md. */
const ciphers = 'TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256'

/** Connections as TLS 1.3 sockets straight to the lender, each side holding the other to one certificate. */
export function createTlsTunnel(options: {
  readonly address: string
  readonly port: number
  readonly certificate: Certificate
  readonly peerFingerprint: string
  readonly ticket: TunnelTicket
}): Tunnel {
  return {
    kind: 'tls',
    async connect(purpose, { signal }) {
      const raw = connectTcp({ host: options.address, port: options.port, ...socketOptions })
      const socket = connect({
        socket: raw,
        key: options.certificate.keyPem,
        cert: options.certificate.certPem,
        // The pinned fingerprint below stands in for a chain and a host name.
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
        ciphers,
        ...tlsVersions
      })
      raw.on('error', (error) => socket.destroy(error))
      socket.on('error', () => raw.destroy())
      try {
        await secured(socket, signal)
        if (!hasFingerprint(socket, options.peerFingerprint)) {
          throw tunnelFailed('The machine at the other end of the tunnel is not the one that granted the lease.')
        }
        await openConnection(socket, options.ticket, purpose, signal)
        return socket
      } catch (error) {
        socket.destroy()
        throw error
      }
    }
  }
}

export interface TlsListener {
  readonly port: number
  /** Stop listening and destroy every connection. */
  close(): void
}

/**
 * Listen for one lease, on one address, for one certificate.
 * @throws Error with the errno of listen()
 */
export async function listenTls(options: {
  /** Our address on the control stream's connection. */
  readonly address: string
  /** Only connections from here are looked at. */
  readonly peerAddress: string
  readonly certificate: Certificate
  readonly peerFingerprint: string
  readonly ticket: TunnelTicket
  /** Connections that may be open or in their handshake at once. */
  readonly maxConnections: number
  readonly clock: Clock
  readonly accept: AcceptTunnel
}): Promise<TlsListener> {
  const scope = new AbortController()
  /** By the port at the other end, which tells them apart: they all come from one address. */
  const open = new Map<number, { readonly socket: Socket; readonly stopTimer: () => void }>()
  const tls = createTlsServer({
    key: options.certificate.keyPem,
    cert: options.certificate.certPem,
    requestCert: true,
    // Self-signed on purpose: the fingerprint is compared before a byte is read.
    rejectUnauthorized: false,
    ciphers,
    ...tlsVersions
  })
  tls.on('tlsClientError', (_error, socket) => socket.destroy())
  tls.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy())
    admit(socket, options, scope.signal).then(
      () => open.get(socket.remotePort ?? 0)?.stopTimer(),
      () => socket.destroy()
    )
  })
  const server = createServer(socketOptions, (socket) => {
    socket.on('error', () => socket.destroy())
    const { remotePort } = socket
    const expected = plainAddress(socket.remoteAddress) === options.peerAddress
    if (remotePort === undefined || !expected || open.size >= options.maxConnections) {
      socket.destroy()
      return
    }
    const stopTimer = options.clock.after(handshakeMs, () => socket.destroy())
    open.set(remotePort, { socket, stopTimer })
    socket.once('close', () => {
      stopTimer()
      open.delete(remotePort)
    })
    tls.emit('connection', socket)
  })
  server.listen({ host: options.address, port: 0, exclusive: true })
  await once(server, 'listening')
  server.on('error', () => server.close())
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      scope.abort()
      server.close()
      for (const { socket } of open.values()) socket.destroy()
    }
  }
}

async function admit(
  socket: TLSSocket,
  options: {
    readonly peerFingerprint: string
    readonly ticket: TunnelTicket
    readonly accept: AcceptTunnel
  },
  signal: AbortSignal
): Promise<void> {
  // A resumed session would skip the certificate.
  if (socket.isSessionReused() || !hasFingerprint(socket, options.peerFingerprint)) {
    throw tunnelFailed('The certificate is not the one that the lease names.')
  }
  const opening = await readOpening(socket, signal)
  if (!isTicketFor(options.ticket, opening)) throw tunnelFailed('The opening names another lease.')
  acceptConnection(socket)
  if (opening.purpose === 'probe') socket.resume().end()
  else options.accept(socket)
}

function secured(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => finish(tunnelFailed('The direct tunnel did not open in time.', signal.reason))
    const onClose = (): void => finish(tunnelFailed('The direct tunnel was refused.'))
    const onError = (error: Error): void => finish(tunnelFailed('The direct tunnel could not be opened.', error))
    const onSecure = (): void => finish(null)
    function finish(error: BaseError | null): void {
      socket.off('secureConnect', onSecure).off('close', onClose).off('error', onError)
      signal.removeEventListener('abort', onAbort)
      if (error === null) resolve()
      else reject(error)
    }
    socket.once('secureConnect', onSecure).once('close', onClose).once('error', onError)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
}

function hasFingerprint(socket: TLSSocket, fingerprint: string): boolean {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return false
  return timingSafeEqual(Buffer.from(fingerprintOf(certificate.raw), 'hex'), Buffer.from(fingerprint, 'hex'))
}

/** IPv4 addresses that arrive through an IPv6 socket look like `::ffff:192.0.2.1`. */
export function plainAddress(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:(?=\d+\.)/, '')
}
