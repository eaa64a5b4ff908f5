import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { type ConnectionOptions, connect, createServer } from 'node:tls'
import { encodeTunnelOpening } from '@unhosted/core/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Certificate, createCertificate } from './certificate.ts'
import { asHostPair, fakeHosts, leaseSetup, ManualClock, nothingHeld, rawLease } from './testing/index.ts'
import { createTlsTunnel, plainAddress } from './tls-tunnel.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A live lease, its secrets, and ways to attack its listener. */
async function setup() {
  const hosts = fakeHosts({ address: '127.0.0.1' })
  const clock = new ManualClock()
  const pair = asHostPair(hosts)
  const { engine, server, stop, held } = await leaseSetup(pair, { clock })
  cleanups.push(stop)
  const { stream, granted, certificate } = await rawLease(pair)
  const tls = granted.tls
  if (tls === null) throw new Error('no TLS was offered')
  const track = <T extends Socket>(socket: T): T => {
    socket.on('error', () => {})
    cleanups.push(async () => {
      socket.destroy()
    })
    return socket
  }
  const tcp = (): Socket => track(connectTcp({ host: '127.0.0.1', port: tls.port }))
  const secure = (change: ConnectionOptions & { readonly as?: Certificate } = {}) => {
    const { as = certificate, ...rest } = change
    const options = { key: as.keyPem, cert: as.certPem, rejectUnauthorized: false, ...rest }
    return track(connect({ host: '127.0.0.1', port: tls.port, ...options }))
  }
  const ticket = { leaseId: granted.leaseId, secret: granted.secret }
  const tunnel = createTlsTunnel({
    address: '127.0.0.1',
    port: tls.port,
    certificate,
    peerFingerprint: tls.fingerprint,
    ticket
  })
  /** The rightful head still gets through, and nobody else got further than the listener. */
  const stillServes = async (): Promise<void> => {
    expect(engine.connectionsAccepted).toBe(0)
    expect(server.leases()).toHaveLength(1)
    const connection = await tunnel.connect('data', { signal: AbortSignal.timeout(2000) })
    connection.end('hello')
    const [echo] = await once(connection, 'data')
    expect(String(echo)).toBe('hello')
    connection.destroy()
  }
  return { clock, engine, server, stream, held, tls, ticket, certificate, tunnel, tcp, secure, stillServes }
}

type Setup = Awaited<ReturnType<typeof setup>>

function closed(socket: Socket): Promise<unknown> {
  return socket.destroyed ? Promise.resolve() : new Promise((resolve) => socket.resume().once('close', resolve))
}

const opening = (ticket: Setup['ticket']): Uint8Array => encodeTunnelOpening({ purpose: 'data', ...ticket })

describe('the TLS listener of a lease', () => {
  it('serves the head that the lease names', async () => {
    const { stillServes } = await setup()
    await stillServes()
  })

  it.each<[string, (parts: Setup) => Promise<Socket>]>([
    [
      'plain TCP with garbage',
      async ({ tcp }) => {
        const socket = tcp()
        socket.write('GET / HTTP/1.1\r\n\r\n'.repeat(100))
        return socket
      }
    ],
    [
      'the right opening without TLS',
      async ({ tcp, ticket }) => {
        const socket = tcp()
        socket.write(opening(ticket))
        return socket
      }
    ],
    ['TLS 1.2', async ({ secure }) => secure({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })],
    [
      'no certificate',
      async ({ tls, ticket }) => {
        const socket = connect({ host: '127.0.0.1', port: tls.port, rejectUnauthorized: false })
        socket.on('error', () => {})
        socket.write(opening(ticket))
        return socket
      }
    ],
    [
      'the certificate of someone else',
      async ({ secure, ticket }) => {
        const socket = secure({ as: await createCertificate() })
        socket.write(opening(ticket))
        return socket
      }
    ],
    [
      "the lease's certificate without its key",
      async ({ secure, certificate, ticket }) => {
        const stranger = await createCertificate()
        try {
          const socket = secure({ as: { ...certificate, keyPem: stranger.keyPem } })
          socket.write(opening(ticket))
          return socket
        } catch (error) {
          // OpenSSL does not even let us try: a key that is not the certificate's.
          expect(String(error)).toMatch(/key values mismatch/)
          const socket = secure({ as: stranger })
          return socket
        }
      }
    ],
    [
      'another secret',
      async ({ secure, ticket }) => {
        const socket = secure()
        socket.write(opening({ ...ticket, secret: '0'.repeat(64) }))
        return socket
      }
    ],
    [
      'the id of another lease',
      async ({ secure, ticket }) => {
        const socket = secure()
        socket.write(opening({ ...ticket, leaseId: '0'.repeat(32) }))
        return socket
      }
    ],
    [
      'an opening of no known purpose',
      async ({ secure, ticket }) => {
        const socket = secure()
        socket.write(Buffer.concat([Uint8Array.of(9), opening(ticket).subarray(1)]))
        return socket
      }
    ],
    [
      'an end in the middle of the opening',
      async ({ secure, ticket }) => {
        const socket = secure()
        socket.end(opening(ticket).subarray(0, 20))
        return socket
      }
    ]
  ])('closes on %s, before a byte reaches the engine', async (_id, attack) => {
    const parts = await setup()
    const socket = await attack(parts)
    await closed(socket)
    expect(parts.engine.bytesReceived).toBe(0)
    await parts.stillServes()
  })

  it.each<[string, (parts: Setup) => Promise<Socket>]>([
    ['never speaks', async ({ tcp }) => tcp()],
    ['stops after the handshake', async ({ secure }) => secure()],
    [
      'drips its opening',
      async ({ secure, ticket }) => {
        const socket = secure()
        socket.write(opening(ticket).subarray(0, 30))
        return socket
      }
    ]
  ])('drops a connection that %s', async (_id, attack) => {
    const parts = await setup()
    const socket = await attack(parts)
    const event = 'encrypted' in socket ? 'secureConnect' : 'connect'
    await once(socket, event)
    await vi.waitFor(async () => {
      await parts.clock.advance(1000)
      socket.resume()
      expect(socket.destroyed).toBe(true)
    })
    await parts.stillServes()
  })

  it('bounds what a scanner can hold open, and serves again when it is gone', async () => {
    const { tcp, clock, stillServes } = await setup()
    const sockets = Array.from({ length: 30 }, tcp)
    await vi.waitFor(() => expect(sockets.filter((socket) => socket.resume().destroyed)).toHaveLength(22))
    await clock.advance(3000)
    await Promise.all(sockets.map(closed))
    await stillServes()
  })

  it('stops listening when the lease ends', async () => {
    const { stream, tcp, tunnel, held } = await setup()
    const connection = await tunnel.connect('data', { signal: AbortSignal.timeout(2000) })
    stream.abort(new Error('over'))
    await new Promise((resolve) => connection.resume().once('end', resolve).once('error', resolve))
    await vi.waitFor(() => expect(held()).toEqual(nothingHeld))
    const [error] = await once(tcp(), 'error').catch((reason: unknown) => [reason])
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('the TLS tunnel of a head', () => {
  it('tells its secret to nobody but the lender whose certificate came over the control stream', async () => {
    const [own, lender, impostor] = await Promise.all([createCertificate(), createCertificate(), createCertificate()])
    let heard = 0
    const server = createServer({
      key: impostor.keyPem,
      cert: impostor.certPem,
      requestCert: true,
      rejectUnauthorized: false
    })
    server.on('secureConnection', (socket) => {
      socket
        .on('error', () => {})
        .on('data', (chunk) => {
          heard += chunk.length
        })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(async () => {
      server.close()
    })
    const address = server.address()
    const tunnel = createTlsTunnel({
      address: '127.0.0.1',
      port: typeof address === 'object' && address !== null ? address.port : 0,
      certificate: own,
      peerFingerprint: lender.fingerprint,
      ticket: { leaseId: 'a'.repeat(32), secret: 'b'.repeat(64) }
    })
    await expect(tunnel.connect('data', { signal: AbortSignal.timeout(2000) })).rejects.toMatchObject({
      code: 'TUNNEL_FAILED',
      message: expect.stringContaining('not the one that granted the lease')
    })
    expect(heard).toBe(0)
  })

  it('gives up when aborted', async () => {
    const { tls, certificate, ticket } = await setup()
    const tunnel = createTlsTunnel({
      address: '127.0.0.1',
      port: tls.port,
      certificate,
      peerFingerprint: tls.fingerprint,
      ticket
    })
    await expect(tunnel.connect('data', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'TUNNEL_FAILED'
    })
  })
})

it.each([
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['192.0.2.1', '192.0.2.1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  [undefined, undefined]
])('reads %s as %s', (address, plain) => {
  expect(plainAddress(address)).toBe(plain)
})
