import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { BaseError, errorSpec } from '@unhosted/core/errors'
import { defaultGrants } from '@unhosted/core/peers'
import { encodeTunnelOpening, leaseProtocol, leaseReplySchema, tunnelProtocol } from '@unhosted/core/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { FramedStream } from '../p2p/types.ts'
import {
  asHostPair,
  fakeHosts,
  type HostPair,
  hostPairs,
  leaseSetup,
  ManualClock,
  nothingHeld,
  rawLease
} from './testing/index.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function setup(pair: HostPair, options: Parameters<typeof leaseSetup>[1] = {}) {
  const made = leaseSetup(pair, options)
  cleanups.push(() => made.stop())
  return { ...made, freed: () => vi.waitFor(() => expect(made.held()).toEqual(nothingHeld)) }
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
  if (socket.destroyed || socket.readableEnded) return Promise.resolve()
  return new Promise((resolve) => {
    socket.resume().once('end', resolve).once('error', resolve)
  })
}

async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const { signal } = new AbortController()
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

describe.each(hostPairs)('a lease over $name hosts', ({ make }) => {
  describe.each(['tls', 'libp2p'] as const)('through %s', (tunnel) => {
    it('carries bytes both ways, counts them, and frees all when closed', async () => {
      const { borrow, ledger, server, freed } = setup(await make(), { tunnel })
      const lease = await borrow()
      expect(lease.view()).toMatchObject({ direction: 'borrowed', tunnel, bytes: 300, deviceId: 'CPU' })
      expect(ledger.reserved('CPU')).toEqual({ own: 0, lent: 300 })
      const socket = await dial(lease.endpoint)
      const sent = Buffer.alloc(3_000_000, 'abcdefg')
      socket.end(sent)
      expect((await readAll(socket)).equals(sent)).toBe(true)
      const counted = { bytesSent: sent.length, bytesReceived: sent.length, tunnel }
      await vi.waitFor(() => {
        expect(lease.view()).toMatchObject(counted)
        expect(server.leases()).toMatchObject([{ direction: 'lent', ...counted }])
      })
      await lease.close()
      expect(await lease.ended).toBeNull()
      await freed()
    })

    it('serves connections one after another, more of them than may be open at once', async () => {
      const { borrow, engine } = setup(await make(), { tunnel, limits: { maxConnections: 2 } })
      const lease = await borrow()
      const first = await dial(lease.endpoint)
      const second = await dial(lease.endpoint)
      first.write('first')
      expect(String((await once(first, 'data'))[0])).toBe('first')
      second.end('second')
      expect(engine.connectionsAccepted).toBe(1)
      first.end()
      expect(String(await readAll(second))).toBe('second')
      for (let i = 0; i < 5; i += 1) {
        const next = await dial(lease.endpoint)
        next.end(`again ${i}`)
        expect(String(await readAll(next))).toBe(`again ${i}`)
      }
    })

    it('holds back a sender whose receiver does not read', async () => {
      const { borrow, engine } = setup(await make(), { tunnel })
      const lease = await borrow()
      engine.reading = false
      const socket = await dial(lease.endpoint)
      const chunk = Buffer.alloc(1024 * 1024)
      let written = 0
      while (written < 256 && socket.write(chunk)) written += 1
      while (written < 256) {
        const drained = await Promise.race([once(socket, 'drain').then(() => true), quiet()])
        if (!drained) break
        while (written < 256 && socket.write(chunk)) written += 1
      }
      // Socket buffers of the kernel and one buffer of ours at each hop, not the whole.
      expect(written).toBeLessThan(64)
    })

    it('cuts its connections on both sides when the rpc-server crashes', async () => {
      const { borrow, engine, freed } = setup(await make(), { tunnel })
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

  it('opens to nobody without its secret, and to nobody once it is over', async () => {
    const pair = await make()
    const { server, engine } = setup(pair)
    const { stream, granted } = await rawLease(pair)
    const attempt = async (opening: Uint8Array): Promise<Uint8Array | null> => {
      const connection = await pair.head.open(pair.lender.peerId, tunnelProtocol, { signal })
      await connection.writeFrame(opening, { signal })
      return await connection.readFrame({ signal, timeoutMs: 2000 }).catch(() => null)
    }
    const right = { purpose: 'probe', leaseId: granted.leaseId, secret: granted.secret } as const
    expect([...((await attempt(encodeTunnelOpening(right))) ?? [])]).toEqual([1])
    expect(await attempt(encodeTunnelOpening({ ...right, secret: '0'.repeat(64) }))).toBeNull()
    expect(await attempt(encodeTunnelOpening({ ...right, leaseId: '0'.repeat(32) }))).toBeNull()
    expect(await attempt(bytes('garbage'.repeat(20)))).toBeNull()
    await stream.close()
    await vi.waitFor(() => expect(server.leases()).toEqual([]))
    expect(await attempt(encodeTunnelOpening({ ...right, purpose: 'data' }))).toBeNull()
    expect(engine.connectionsAccepted).toBe(0)
  })

  it.each([
    ['more than is lent', { bytes: 501 }, /501 B asked of CPU, where 500 B of 500 B may still be lent/],
    ['a device that is not there', { deviceId: 'CUDA7' }, /no device CUDA7/],
    ['another engine version', { engineVersion: 'llama.cpp/other rpc/6.0.0' }, /runs llama.cpp\/test rpc\/7.0.0, not/]
  ])('is refused for %s', async (_id, change, message) => {
    const { borrow, freed } = setup(await make())
    await expect(borrow(change)).rejects.toMatchObject({
      code: 'LEASE_REFUSED',
      message: expect.stringMatching(message),
      advice: expect.stringMatching(/\w/)
    })
    await freed()
  })

  it('holds the rpc-server to what was lent', async () => {
    const { borrow, engine } = setup(await make())
    await borrow()
    expect(engine.memoryBytes).toBe(300)
  })

  it('is refused without the grant, and ends when the grant is taken back', async () => {
    const pair = await make()
    const { borrow, freed } = setup(pair)
    const lease = await borrow()
    await pair.setLenderGrants({ ...defaultGrants.local, pool: false })
    expect(await lease.ended).toMatchObject({ code: 'LEASE_REFUSED' })
    await expect(borrow()).rejects.toMatchObject({
      code: 'PEER_REFUSED',
      advice: expect.stringContaining('unhosted grant')
    })
    await freed()
  })

  it('is refused where the grant is taken back between the opening and the request', async () => {
    const pair = await make()
    const { freed } = setup(pair)
    const stream = await pair.head.open(pair.lender.peerId, leaseProtocol, { signal })
    await pair.setLenderGrants({ ...defaultGrants.local, pool: false })
    await stream.writeJson(requestMessage, { signal })
    const reply = await stream.readJson(leaseReplySchema, { signal })
    expect(reply).toMatchObject({ type: 'refused', error: { code: 'PEER_REFUSED' } })
    await freed()
  })

  it('is over on both sides as soon as the peers are unpaired', async () => {
    const pair = await make()
    const { borrow, freed } = setup(pair)
    const lease = await borrow()
    const socket = await dial(lease.endpoint)
    await pair.unpair()
    await Promise.all([lease.ended, over(socket)])
    await freed()
  })

  it('never lends the same memory twice to two that ask at once', async () => {
    const { borrow, ledger } = setup(await make())
    const results = await Promise.allSettled([borrow(), borrow(), borrow({ bytes: 200 })])
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(ledger.reserved('CPU')).toEqual({ own: 0, lent: 500 })
  })

  it('is refused beyond the number that one peer may have', async () => {
    const { borrow } = setup(await make(), { limits: { maxLeasesPerPeer: 2 } })
    await borrow({ bytes: 1 })
    await borrow({ bytes: 1 })
    await expect(borrow({ bytes: 1 })).rejects.toMatchObject({ code: 'LEASE_REFUSED' })
  })

  it('is refused, and the memory freed, when the rpc-server does not start', async () => {
    const { borrow, engine, freed } = setup(await make())
    engine.failure = new BaseError('ENGINE_START_FAILED', 'It did not start: /home/owner/model.gguf', { advice: 'x' })
    // Why, in general; the files of the other machine are no business of ours.
    const message = `On the other machine: ${errorSpec('ENGINE_START_FAILED').meaning}`
    await expect(borrow()).rejects.toMatchObject({ code: 'LEASE_REFUSED', message })
    await freed()
  })

  it('frees all when the head gives up while the rpc-server starts', async () => {
    const { client, request, engine, ledger, freed } = setup(await make())
    engine.starting = new Promise(() => {})
    const controller = new AbortController()
    const borrowed = client.borrow(request, { signal: controller.signal })
    await vi.waitFor(() => expect(ledger.reserved('CPU').lent).toBe(300))
    controller.abort()
    await expect(borrowed).rejects.toMatchObject({ code: 'CANCELLED' })
    await freed()
  })

  it.each(['client', 'server'] as const)('is over on both sides when the %s stops', async (side) => {
    const { borrow, client, server, freed } = setup(await make())
    const lease = await borrow()
    const socket = await dial(lease.endpoint)
    await (side === 'client' ? client.stop() : server.stop())
    await Promise.all([lease.ended, over(socket)])
    await freed()
    await expect(dial(lease.endpoint)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it.each<[string, (stream: FramedStream) => Promise<void>]>([
    ['garbage', (stream) => stream.writeFrame(bytes('\u0000garbage'), { signal })],
    ['an empty frame', (stream) => stream.writeFrame(new Uint8Array(), { signal })],
    ['a beat before the request', (stream) => stream.writeJson({ type: 'beat' }, { signal })],
    ['a request with a field too many', (stream) => stream.writeJson({ ...requestMessage, port: 1 }, { signal })],
    ['a device with a path in it', (stream) => stream.writeJson({ ...requestMessage, deviceId: '../x' }, { signal })],
    ['negative bytes', (stream) => stream.writeJson({ ...requestMessage, bytes: -300 }, { signal })],
    ['no whole number of bytes', (stream) => stream.writeJson({ ...requestMessage, bytes: 1.5 }, { signal })],
    [
      'a name with control characters',
      (stream) => stream.writeJson({ ...requestMessage, modelName: '\u001b[2J' }, { signal })
    ],
    ['an end at once', (stream) => stream.closeWrite()],
    ['a reset', async (stream) => stream.abort(new Error('no'))]
  ])('is not opened by %s', async (_id, act) => {
    const pair = await make()
    const { freed } = setup(pair)
    const stream = await pair.head.open(pair.lender.peerId, leaseProtocol, { signal })
    await act(stream)
    await stream.ended
    await freed()
  })

  it('is not waited for when the request does not come', async () => {
    const pair = await make()
    const { freed } = setup(pair, { limits: { requestMs: 50 } })
    const stream = await pair.head.open(pair.lender.peerId, leaseProtocol, { signal })
    await stream.ended
    await freed()
  })

  it.each<[string, (stream: FramedStream) => Promise<void>]>([
    ['garbage', (stream) => stream.writeFrame(bytes('garbage'), { signal })],
    ['a second request', (stream) => stream.writeJson(requestMessage, { signal })],
    [
      'a flood of beats',
      async (stream) => {
        for (let i = 0; i < 100; i += 1) await stream.writeJson({ type: 'beat' }, { signal }).catch(() => {})
      }
    ],
    ['an end', (stream) => stream.writeJson({ type: 'end', error: null }, { signal })],
    ['a reset', async (stream) => stream.abort(new Error('no'))]
  ])('ends and is freed on %s', async (_id, act) => {
    const pair = await make()
    const { freed, server } = setup(pair)
    const { stream } = await rawLease(pair)
    await vi.waitFor(() => expect(server.leases()).toHaveLength(1))
    await act(stream)
    await freed()
  })
})

const requestMessage = {
  type: 'request',
  deviceId: 'CPU',
  bytes: 300,
  modelId: 'a'.repeat(64),
  modelName: 'tiny',
  engineVersion: 'llama.cpp/test rpc/7.0.0',
  fingerprint: 'f'.repeat(64)
}

/** Long enough for what is under way on loopback to come to rest. */
async function quiet(): Promise<false> {
  await new Promise((resolve) => setTimeout(resolve, 300))
  return false
}

describe('time and faults of a lease', () => {
  function fakeSetup(options: { readonly seenAddress?: string; readonly tunnel?: 'auto' | 'tls' | 'libp2p' } = {}) {
    const hosts = fakeHosts({ address: '127.0.0.1', ...options })
    const clock = new ManualClock()
    const pair = asHostPair(hosts)
    return { hosts, clock, pair, ...setup(pair, { ...options, clock }) }
  }

  it('ends on both sides a few seconds after the network fell silent', async () => {
    const { hosts, clock, borrow, freed } = fakeSetup()
    const lease = await borrow()
    const socket = await dial(lease.endpoint)
    socket.write('x')
    await once(socket, 'data')
    hosts.link.silent = true
    await clock.advance(4000)
    expect(socket.destroyed || socket.readableEnded).toBe(false)
    await clock.advance(1500)
    expect(await lease.ended).toMatchObject({ code: 'LEASE_LOST', message: expect.stringContaining('silent') })
    await over(socket)
    await clock.advance(1000)
    await freed()
    expect(clock.pending).toBe(0)
  })

  it('lives for hours while both sides beat', async () => {
    const { clock, borrow, server } = fakeSetup()
    const lease = await borrow()
    const socket = await dial(lease.endpoint)
    socket.write('x')
    await once(socket, 'data')
    await clock.advance(2 * 3_600_000)
    expect(server.leases()).toHaveLength(1)
    socket.write('y')
    expect(String((await once(socket, 'data'))[0])).toBe('y')
  })

  it('ends when no connection uses it', async () => {
    const { clock, borrow, freed } = fakeSetup()
    const lease = await borrow()
    await clock.advance(125_000)
    expect(await lease.ended).toMatchObject({ code: 'LEASE_LOST', message: 'The lease was not used.' })
    await freed()
  })

  it('is over at once on both sides when the connection breaks', async () => {
    const { hosts, borrow, freed, clock } = fakeSetup()
    const lease = await borrow()
    const socket = await dial(lease.endpoint)
    hosts.cut()
    expect(await lease.ended).toMatchObject({ code: 'PEER_LOST' })
    await over(socket)
    await freed()
    expect(clock.pending).toBe(0)
  })

  it('drops a tunnel stream that drips its opening', async () => {
    const { hosts, clock, borrow, engine } = fakeSetup()
    await borrow()
    const stream = await hosts.head.open(hosts.lender.peerId, tunnelProtocol, { signal })
    await stream.writeFrame(new Uint8Array(10), { signal })
    await clock.advance(5000)
    expect(await stream.ended).toBeInstanceOf(Error)
    expect(engine.connectionsAccepted).toBe(0)
  })

  it('falls back to libp2p streams where no direct connection opens', async () => {
    const { borrow } = fakeSetup({ seenAddress: '127.0.0.9' })
    const lease = await borrow()
    expect(lease.view().tunnel).toBe('libp2p')
    const socket = await dial(lease.endpoint)
    socket.end('over the stream')
    expect(String(await readAll(socket))).toBe('over the stream')
  })

  it('gives a connection that waits too long for its turn an end', async () => {
    const { borrow, clock } = fakeSetup()
    const lease = await borrow()
    const first = await dial(lease.endpoint)
    first.write('x')
    await once(first, 'data')
    const second = await dial(lease.endpoint)
    await vi.waitFor(async () => {
      await clock.advance(11_000)
      expect(second.resume().readableEnded || second.destroyed).toBe(true)
    })
    first.write('y')
    expect(String((await once(first, 'data'))[0])).toBe('y')
  })
})
