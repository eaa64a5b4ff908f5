import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { LeaseView } from '@unhosted/core/control'
import { BaseError } from '@unhosted/core/errors'
import type { PeerRecord } from '@unhosted/core/peers'
import { type LeaseRequestMessage, leaseBeatMs, toWireError } from '@unhosted/core/protocol'
import { withTimeLimit } from '../base/index.ts'
import type { EngineRunner, RpcServer } from '../engine/types.ts'
import type { FramedStream } from '../p2p/types.ts'
import { createCertificate } from './certificate.ts'
import { Connections } from './connections.ts'
import { endLease } from './lease-end.ts'
import type { LeaseServerOptions } from './lease-server-options.ts'
import { watchLease } from './lease-watch.ts'
import { listenTls, plainAddress, type TlsListener } from './tls-tunnel.ts'
import type { TunnelTicket } from './tunnel.ts'
import type { Reservation } from './types.ts'

/** Longest that telling a refusal may take, ms. */
const refusalMs = 500

interface LentLeaseParts {
  readonly request: LeaseRequestMessage
  readonly peer: PeerRecord
  readonly stream: FramedStream
  readonly engine: EngineRunner
  readonly reservation: Reservation
  readonly options: LeaseServerOptions
}

type PinnedListener = TlsListener & { readonly fingerprint: string }

/** One lease at the lender, from admission until everything it held is free again. */
export class LentLease {
  readonly peer: PeerRecord
  readonly ticket: TunnelTicket = { leaseId: randomBytes(16).toString('hex'), secret: randomBytes(32).toString('hex') }
  /** True between the grant and the end. */
  granted = false
  private readonly parts: LentLeaseParts
  private readonly connections = new Connections()
  private readonly scope = new AbortController()
  private readonly since: number
  private reason: Error | null = null
  private rpcServer: RpcServer | null = null
  private tunnel: 'tls' | 'libp2p' | null = null
  private lastUsed = 0

  constructor(parts: LentLeaseParts) {
    this.parts = parts
    this.peer = parts.peer
    this.since = parts.options.clock.now()
  }

  get hasRoom(): boolean {
    return this.connections.size < this.parts.options.limits.maxConnections
  }

  view(): LeaseView {
    const { request } = this.parts
    return {
      id: this.ticket.leaseId,
      direction: 'lent',
      peerId: this.peer.peerId,
      peerName: this.peer.name,
      deviceId: request.deviceId,
      bytes: request.bytes,
      modelName: request.modelName,
      tunnel: this.tunnel,
      bytesSent: this.connections.bytesSent,
      bytesReceived: this.connections.bytesReceived,
      since: this.since
    }
  }

  /** End the lease; the first reason counts, null where nothing went wrong. */
  end(reason: Error | null): void {
    if (this.scope.signal.aborted) return
    this.reason = reason
    this.scope.abort()
  }

  /** Runs the lease. When it settles, sockets, process and reservation are gone. */
  async run(streamSignal: AbortSignal): Promise<void> {
    const { stream, options } = this.parts
    const onStreamEnd = (): void => this.end(lost('The connection to the borrowing machine ended.'))
    streamSignal.addEventListener('abort', onStreamEnd, { once: true })
    if (streamSignal.aborted) onStreamEnd()
    let listener: PinnedListener | null = null
    try {
      this.rpcServer = await this.startRpcServer()
      listener = await this.listen()
      await this.grant(listener)
      await this.live(this.rpcServer)
    } catch (error) {
      this.end(error instanceof Error ? error : lost(String(error)))
    } finally {
      streamSignal.removeEventListener('abort', onStreamEnd)
      listener?.close()
      this.connections.destroyAll()
      const farewell = this.farewell(stream)
      try {
        // The memory is free once the process is gone, not before.
        await this.rpcServer?.stop()
      } finally {
        this.parts.reservation.release()
      }
      await farewell
      if (this.granted) {
        this.granted = false
        options.onChange(this.view(), 'gone', this.reason === null ? 'released' : this.reason.message)
      }
    }
  }

  /** Take a tunnel connection whose opening was right. */
  accept(connection: Duplex, kind: 'tls' | 'libp2p'): void {
    const port = this.rpcServer?.port
    if (port === undefined || this.scope.signal.aborted || !this.hasRoom) {
      connection.destroy()
      return
    }
    this.tunnel = kind
    const upstream = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
    this.connections.join(upstream, connection).then(() => {
      this.lastUsed = this.parts.options.clock.now()
    })
  }

  private startRpcServer(): Promise<RpcServer> {
    const { engine, request, options } = this.parts
    return engine.startRpcServer({
      deviceId: request.deviceId,
      threads: options.threads,
      memoryBytes: request.bytes,
      signal: this.scope.signal
    })
  }

  /** A TLS listener on the address the peer reached us at; null where there is none or it cannot be had. */
  private async listen(): Promise<PinnedListener | null> {
    const { stream, request, options } = this.parts
    const address = plainAddress(stream.localAddress ?? undefined)
    const peerAddress = plainAddress(stream.remoteAddress ?? undefined)
    if (address === undefined || peerAddress === undefined) return null
    const certificate = await createCertificate()
    try {
      const listener = await listenTls({
        address,
        peerAddress,
        certificate,
        peerFingerprint: request.fingerprint,
        ticket: this.ticket,
        maxConnections: options.limits.maxConnections,
        clock: options.clock,
        accept: (connection) => this.accept(connection, 'tls')
      })
      return { ...listener, fingerprint: certificate.fingerprint }
    } catch (error) {
      options.log.info(
        { address, error: error instanceof Error ? error.message : String(error) },
        'no direct tunnel can be offered'
      )
      return null
    }
  }

  private async grant(listener: PinnedListener | null): Promise<void> {
    const { stream, options } = this.parts
    const tls = listener === null ? null : { port: listener.port, fingerprint: listener.fingerprint }
    // From here on tunnel connections may come, also before the write returns.
    this.granted = true
    this.lastUsed = options.clock.now()
    await stream.writeJson({ type: 'granted', ...this.ticket, tls }, { signal: this.scope.signal })
    options.onChange(this.view(), 'open', null)
  }

  private async live(rpcServer: RpcServer): Promise<void> {
    const { stream, options } = this.parts
    rpcServer.exited.then((exit) => this.end(lost(`The rpc-server of the lease ended: ${exit.summary}`)))
    const stopLooking = options.clock.every(leaseBeatMs, () => this.endWhenIdle())
    try {
      const error = await watchLease(stream, { clock: options.clock, signal: this.scope.signal })
      this.end(error)
    } finally {
      stopLooking()
    }
  }

  private endWhenIdle(): void {
    const { clock, limits } = this.parts.options
    if (this.connections.size > 0) this.lastUsed = clock.now()
    else if (clock.now() - this.lastUsed > limits.idleMs) this.end(lost('The lease was not used.'))
  }

  private async farewell(stream: FramedStream): Promise<void> {
    const { clock } = this.parts.options
    if (this.granted) return endLease(stream, this.reason, clock)
    const error = toWireError(this.reason)
    const refuse = (signal: AbortSignal): Promise<void> => stream.writeJson({ type: 'refused', error }, { signal })
    await withTimeLimit({ clock, ms: refusalMs }, refuse).catch((failure: Error) => stream.abort(failure))
  }
}

function lost(what: string): BaseError {
  return new BaseError('LEASE_LOST', what)
}
