import type { LeaseView } from '@unhosted/core/control'
import { BaseError } from '@unhosted/core/errors'
import {
  fromWireError,
  type LeaseGranted,
  type LeaseRequestMessage,
  leaseProtocol,
  leaseReplySchema
} from '@unhosted/core/protocol'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../log/index.ts'
import type { FramedStream, PeerHost } from '../p2p/types.ts'
import { type Certificate, createCertificate } from './certificate.ts'
import { chooseTunnel, connectMs, within } from './choose-tunnel.ts'
import { Connections } from './connections.ts'
import { endLease } from './lease-end.ts'
import { watchLease } from './lease-watch.ts'
import { openLoopbackEndpoint } from './loopback-endpoint.ts'
import { plainAddress } from './tls-tunnel.ts'
import type { BorrowedLease, LeaseClient, LeaseRequest } from './types.ts'

/** Longest wait for the lender's answer, ms; it starts a process before it grants. */
const answerMs = 30_000

export interface LeaseClientOptions {
  readonly host: PeerHost
  readonly clock: Clock
  readonly log: Log
  /** Called when a lease begins and when it is over; `reason` is null while it lives. */
  readonly onChange: (lease: LeaseView, state: 'open' | 'gone', reason: string | null) => void
  /** `auto` tries TLS first; the others are for measurements and tests. */
  readonly tunnel: 'auto' | 'tls' | 'libp2p'
}

/** Borrows memory from peers. */
export function createLeaseClient(options: LeaseClientOptions): LeaseClient {
  const live = new Set<BorrowedLease>()
  const stopping = new AbortController()
  return {
    async borrow(request, { signal }) {
      const lease = await borrow(request, options, AbortSignal.any([signal, stopping.signal]))
      live.add(lease)
      options.onChange(lease.view(), 'open', null)
      lease.ended.then((error) => {
        live.delete(lease)
        options.onChange(lease.view(), 'gone', error === null ? 'released' : error.message)
      })
      return lease
    },
    leases: () => [...live].map((lease) => lease.view()),
    async stop() {
      stopping.abort(cancelled())
      await Promise.all([...live].map((lease) => lease.close()))
    }
  }
}

async function borrow(request: LeaseRequest, options: LeaseClientOptions, signal: AbortSignal): Promise<BorrowedLease> {
  const certificate = await createCertificate()
  const stream = await options.host.open(request.peerId, leaseProtocol, { signal })
  try {
    const granted = await ask(stream, request, certificate, signal)
    return await openLease({ request, granted, certificate, stream, options, signal })
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)))
    throw signal.aborted ? cancelled(error) : error
  }
}

async function ask(
  stream: FramedStream,
  request: LeaseRequest,
  certificate: Certificate,
  signal: AbortSignal
): Promise<LeaseGranted> {
  const message: LeaseRequestMessage = {
    type: 'request',
    deviceId: request.deviceId,
    bytes: request.bytes,
    modelId: request.modelId,
    modelName: request.modelName,
    engineVersion: request.engineVersion,
    fingerprint: certificate.fingerprint
  }
  await stream.writeJson(message, { signal })
  const reply = await stream.readJson(leaseReplySchema, { signal, timeoutMs: answerMs })
  if (reply.type === 'granted') return reply
  const error = fromWireError(reply.error)
  if (error.code === 'LEASE_REFUSED' || error.code === 'PEER_REFUSED') throw error
  throw new BaseError('LEASE_REFUSED', error.message, { advice: error.advice, cause: error })
}

async function openLease(parts: {
  readonly request: LeaseRequest
  readonly granted: LeaseGranted
  readonly certificate: Certificate
  readonly stream: FramedStream
  readonly options: LeaseClientOptions
  readonly signal: AbortSignal
}): Promise<BorrowedLease> {
  const { request, granted, stream, options } = parts
  const { clock } = options
  const scope = new AbortController()
  const connections = new Connections()
  const watched = watchLease(stream, { clock, signal: scope.signal })
  // The lender never ends a lease that is used without saying why, so an end without an error is one too.
  const over = watched.then((error) => {
    const byUs = scope.signal.aborted
    scope.abort()
    return byUs ? null : (error ?? new BaseError('LEASE_LOST', 'The other machine ended the lease.', { advice }))
  })
  const opening = AbortSignal.any([parts.signal, scope.signal])
  const since = clock.now()
  try {
    const tunnel = await chooseTunnel({
      host: options.host,
      peerId: request.peerId,
      address: plainAddress(stream.remoteAddress ?? undefined),
      granted,
      certificate: parts.certificate,
      kind: options.tunnel,
      log: options.log,
      signal: opening
    })
    const endpoint = await openLoopbackEndpoint({
      connect: () => tunnel.connect('data', { signal: within(connectMs, scope.signal) }),
      connections,
      clock,
      log: options.log
    })
    const ended = over.then((error) => {
      endpoint.close()
      connections.destroyAll()
      return error
    })
    const farewell = ended.then((error) => endLease(stream, error, clock))
    return {
      id: granted.leaseId,
      request,
      endpoint: endpoint.address,
      view: () => ({
        id: granted.leaseId,
        direction: 'borrowed',
        peerId: request.peerId,
        peerName: options.host.peer(request.peerId)?.name ?? request.peerId,
        deviceId: request.deviceId,
        bytes: request.bytes,
        modelName: request.modelName,
        tunnel: tunnel.kind,
        bytesSent: connections.bytesSent,
        bytesReceived: connections.bytesReceived,
        since
      }),
      ended,
      async close() {
        scope.abort()
        await farewell
      }
    }
  } catch (error) {
    const lost = scope.signal.aborted ? await over : null
    scope.abort()
    throw lost ?? error
  }
}

const advice = 'Ask again; the next plan leaves that machine out.'

function cancelled(cause?: unknown): BaseError {
  return new BaseError('CANCELLED', 'The lease is no longer wanted.', { cause })
}
