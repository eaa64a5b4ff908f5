import { type LeaseGranted, type LeaseRequestMessage, leaseProtocol, leaseReplySchema } from '@unhosted/core/protocol'
import { type Clock, systemClock } from '../../base/index.ts'
import { silentLog } from '../../log/index.ts'
import type { FramedStream } from '../../p2p/types.ts'
import { type Certificate, createCertificate } from '../certificate.ts'
import { createLeaseClient, type LeaseClientOptions } from '../lease-client.ts'
import { createLeaseServer } from '../lease-server.ts'
import { defaultLeaseLimits, type LeaseLimits } from '../lease-server-options.ts'
import { createMemoryLedger } from '../ledger.ts'
import type { BorrowedLease, LeaseClient, LeaseRequest, LeaseServer, MemoryLedger } from '../types.ts'
import { EchoEngine } from './echo-engine.ts'
import type { HostPair } from './host-pairs.ts'

export interface LeaseSetup {
  readonly engine: EchoEngine
  readonly ledger: MemoryLedger
  readonly server: LeaseServer
  readonly client: LeaseClient
  readonly request: LeaseRequest
  borrow(change?: Partial<LeaseRequest>): Promise<BorrowedLease>
  /** What is still held for leases on either side: `nothingHeld` when all is free. */
  held(): object
  stop(): Promise<void>
}

export const nothingHeld = { rpcServers: 0, own: 0, lent: 0, lentLeases: 0, borrowedLeases: 0 }

/** A lender with 500 bytes to lend on its CPU and a borrower, over two hosts. */
export async function leaseSetup(
  pair: HostPair,
  options: {
    readonly tunnel?: LeaseClientOptions['tunnel']
    readonly limits?: Partial<LeaseLimits>
    readonly clock?: Clock
  } = {}
): Promise<LeaseSetup> {
  const engine = new EchoEngine()
  const ledger = createMemoryLedger({
    limits: (id) => (id === 'CPU' ? { totalBytes: 1000, ownLimitBytes: 800, lendLimitBytes: 500 } : undefined)
  })
  const common = { clock: options.clock ?? systemClock, log: silentLog, onChange: () => {} }
  const limits = { ...defaultLeaseLimits, ...options.limits }
  const server = createLeaseServer({ ...common, host: pair.lender, engine: () => engine, ledger, threads: 1, limits })
  const client = createLeaseClient({ ...common, host: pair.head, tunnel: options.tunnel ?? 'auto' })
  await server.start(new AbortController().signal)
  const request: LeaseRequest = {
    peerId: pair.lender.peerId,
    deviceId: 'CPU',
    bytes: 300,
    modelId: 'a'.repeat(64),
    modelName: 'tiny',
    engineVersion: engine.engine.version
  }
  return {
    engine,
    ledger,
    server,
    client,
    request,
    borrow: (change = {}) => client.borrow({ ...request, ...change }, { signal: new AbortController().signal }),
    held: () => ({
      rpcServers: engine.running.size,
      ...ledger.reserved('CPU'),
      lentLeases: server.leases().length,
      borrowedLeases: client.leases().length
    }),
    async stop() {
      await client.stop()
      await server.stop()
      await engine.stop()
      await pair.stop()
    }
  }
}

/** A lease whose head is played by hand. */
export async function rawLease(
  pair: HostPair
): Promise<{ readonly stream: FramedStream; readonly granted: LeaseGranted; readonly certificate: Certificate }> {
  const { signal } = new AbortController()
  const certificate = await createCertificate()
  const stream = await pair.head.open(pair.lender.peerId, leaseProtocol, { signal })
  const message: LeaseRequestMessage = {
    type: 'request',
    deviceId: 'CPU',
    bytes: 300,
    modelId: 'a'.repeat(64),
    modelName: 'tiny',
    engineVersion: 'llama.cpp/test rpc/7.0.0',
    fingerprint: certificate.fingerprint
  }
  await stream.writeJson(message, { signal })
  const granted = await stream.readJson(leaseReplySchema, { signal })
  if (granted.type !== 'granted') throw new Error(granted.error.message)
  return { stream, granted, certificate }
}
