import { once } from 'node:events'
import { tunnelProtocol } from '@unhosted/core/protocol'
import { describe, expect, it, vi } from 'vitest'
import type { FramedStream } from '../p2p/types.ts'
import {
  asHostPair,
  fakeHosts,
  hostPairs,
  leaseFixture,
  ManualClock,
  over,
  rawLease,
  readAll,
  requestMessage
} from './testing/index.ts'

const { setup, dial } = leaseFixture()
const { signal } = new AbortController()
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

describe.each(hostPairs)('over $name hosts, a lease', ({ make }) => {
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
    const { freed, server } = await setup(pair)
    const { stream } = await rawLease(pair)
    await vi.waitFor(() => expect(server.leases()).toHaveLength(1))
    await act(stream)
    await freed()
  })
})

describe('time and faults of a lease', () => {
  async function fakeSetup(
    options: { readonly seenAddress?: string; readonly tunnel?: 'auto' | 'tls' | 'libp2p' } = {}
  ) {
    const hosts = fakeHosts({ address: '127.0.0.1', ...options })
    const clock = new ManualClock()
    const pair = asHostPair(hosts)
    return { hosts, clock, pair, ...(await setup(pair, { ...options, clock })) }
  }

  it('ends on both sides a few seconds after the network fell silent', async () => {
    const { hosts, clock, borrow, freed } = await fakeSetup()
    const lease = await borrow()
    const socket = await dial(lease.endpoint)
    socket.write('x')
    await once(socket, 'data')
    hosts.link.silent = true
    await clock.advance(4000)
    expect(socket.destroyed || socket.readableEnded).toBe(false)
    await clock.advance(1500)
    expect(await lease.ended).toMatchObject({
      code: 'LEASE_LOST',
      message: expect.stringContaining('stopped answering')
    })
    await over(socket)
    await clock.advance(1000)
    await freed()
    expect(clock.pending).toBe(0)
  })

  it('lives for hours while both sides beat', async () => {
    const { clock, borrow, server } = await fakeSetup()
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
    const { clock, borrow, freed } = await fakeSetup()
    const lease = await borrow()
    await clock.advance(125_000)
    expect(await lease.ended).toMatchObject({ code: 'LEASE_LOST', message: 'The lease was not used.' })
    await freed()
  })

  it('is over at once on both sides when the connection breaks', async () => {
    const { hosts, borrow, freed, clock } = await fakeSetup()
    const lease = await borrow()
    const socket = await dial(lease.endpoint)
    hosts.cut()
    expect(await lease.ended).toMatchObject({ code: 'PEER_LOST' })
    await over(socket)
    await freed()
    expect(clock.pending).toBe(0)
  })

  it('drops a tunnel stream that drips its opening', async () => {
    const { hosts, clock, borrow, engine } = await fakeSetup()
    await borrow()
    const stream = await hosts.head.open(hosts.lender.peerId, tunnelProtocol, { signal })
    await stream.writeFrame(new Uint8Array(10), { signal })
    await clock.advance(5000)
    expect(await stream.ended).toBeInstanceOf(Error)
    expect(engine.connectionsAccepted).toBe(0)
  })

  it('falls back to libp2p streams where no direct connection opens', async () => {
    const { borrow } = await fakeSetup({ seenAddress: '127.0.0.9' })
    const lease = await borrow()
    expect(lease.view().tunnel).toBe('libp2p')
    const socket = await dial(lease.endpoint)
    socket.end('over the stream')
    expect(String(await readAll(socket))).toBe('over the stream')
  })

  it('gives a connection that waits too long for its turn an end', async () => {
    const { borrow, clock } = await fakeSetup()
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
