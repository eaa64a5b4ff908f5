import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { LeaseView } from '@unhosted/core/control'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '../log/index.ts'
import { systemClock } from './clock.ts'
import { createLeaseClient } from './lease-client.ts'
import { createLeaseServer, defaultLeaseLimits, type LeaseLimits } from './lease-server.ts'
import { createMemoryLedger } from './ledger.ts'
import { EchoEngine, fakeHosts, type ManualClock } from './testing.ts'
import type { LeaseRequest } from './types.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface SetupOptions {
  readonly tunnel?: 'auto' | 'tls' | 'libp2p'
  readonly address?: string | null
  readonly limits?: Partial<LeaseLimits>
  readonly clock?: ManualClock
}

function setup(options: SetupOptions = {}) {
  const hosts = fakeHosts({ address: options.address === undefined ? '127.0.0.1' : options.address })
  const engine = new EchoEngine()
  const ledger = createMemoryLedger({
    limits: (id) => (id === 'CPU' ? { totalBytes: 1000, ownLimitBytes: 800, lendLimitBytes: 500 } : undefined)
  })
  const clock = options.clock ?? systemClock
  const events: { state: string; reason: string | null; lease: LeaseView }[] = []
  const common = { clock, log: silentLog }
  const server = createLeaseServer({
    ...common,
    host: hosts.lender,
    engine: () => engine,
    ledger,
    threads: 1,
    limits: { ...defaultLeaseLimits, ...options.limits },
    onChange: (lease, state, reason) => events.push({ state, reason, lease })
  })
  const client = createLeaseClient({
    ...common,
    host: hosts.head,
    tunnel: options.tunnel ?? 'auto',
    onChange: () => {}
  })
  cleanups.push(async () => {
    await client.stop()
    await server.stop()
  })
  const request: LeaseRequest = {
    peerId: hosts.lender.peerId,
    deviceId: 'CPU',
    bytes: 300,
    modelId: 'a'.repeat(64),
    modelName: 'tiny',
    engineVersion: engine.engine.version
  }
  const borrow = (change: Partial<LeaseRequest> = {}) =>
    client.borrow({ ...request, ...change }, { signal: new AbortController().signal })
  const freed = () =>
    vi.waitFor(() => {
      expect(engine.running.size).toBe(0)
      expect(ledger.reserved('CPU')).toEqual({ own: 0, lent: 0 })
      expect(server.leases()).toEqual([])
      expect(client.leases()).toEqual([])
      expect(hosts.openStreams()).toBe(0)
    })
  return { hosts, engine, ledger, server, client, request, borrow, freed, events }
}

async function dial(endpoint: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: Number(endpoint.split(':')[1]), allowHalfOpen: true })
  socket.on('error', () => {})
  cleanups.push(async () => {
    socket.destroy()
  })
  await once(socket, 'connect')
  return socket
}

/** The engine's end of a connection is over, neatly or not. */
function over(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.resume().once('end', resolve).once('error', resolve)
  })
}

async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

describe.each(['tls', 'libp2p'] as const)('a lease over %s', (kind) => {
  it('carries bytes both ways, counts them, and frees all when closed', async () => {
    const { borrow, ledger, server, freed } = setup({ tunnel: kind })
    const lease = await borrow()
    expect(lease.view()).toMatchObject({ direction: 'borrowed', tunnel: kind, bytes: 300, peerName: 'lender' })
    expect(ledger.reserved('CPU')).toEqual({ own: 0, lent: 300 })
    const socket = await dial(lease.endpoint)
    const sent = Buffer.alloc(3_000_000, 'abcdefg')
    socket.end(sent)
    expect((await readAll(socket)).equals(sent)).toBe(true)
    expect(lease.view()).toMatchObject({ bytesSent: sent.length, bytesReceived: sent.length })
    expect(server.leases()).toMatchObject([
      { direction: 'lent', tunnel: kind, bytesSent: sent.length, bytesReceived: sent.length, peerName: 'head' }
    ])
    await lease.close()
    expect(await lease.ended).toBeNull()
    await freed()
  })

  it('serves connections one after another', async () => {
    const { borrow, engine } = setup({ tunnel: kind })
    const lease = await borrow()
    const first = await dial(lease.endpoint)
    const second = await dial(lease.endpoint)
    first.write('first')
    expect(String((await once(first, 'data'))[0])).toBe('first')
    second.end('second')
    expect(engine.connectionsAccepted).toBe(1)
    first.end()
    expect(String(await readAll(second))).toBe('second')
  })

  it('cuts its connections on both sides when the rpc-server crashes', async () => {
    const { borrow, engine, freed } = setup({ tunnel: kind })
    const lease = await borrow()
    const socket = await dial(lease.endpoint)
    socket.write('x')
    await once(socket, 'data')
    engine.crash()
    await over(socket)
    expect(await lease.ended).toMatchObject({ code: 'LEASE_LOST', message: expect.stringContaining('it crashed') })
    await freed()
  })
})
