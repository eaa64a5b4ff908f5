import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Connection, Stream } from '@libp2p/interface'
import {
  helloProtocol,
  inferProtocol,
  leaseProtocol,
  linkProtocol,
  pairProtocol,
  tunnelProtocol
} from '@unhosted/core/protocol'
import { encodeInvite, parseInvite } from '@unhosted/core/trust'
import { encode } from 'it-length-prefixed'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { maxFrameBytes } from './streams/framed-stream.ts'
import { pairByInvite, startTestPeering, type TestPeering, untilState } from './testing/peers.ts'

// Real sockets and handshakes: a busy machine is slower, not wrong.
vi.setConfig({ testTimeout: 30_000 })

const signal = AbortSignal.timeout(60_000)
const disposables: AsyncDisposable[] = []
async function peering(name: string): Promise<TestPeering> {
  const made = await startTestPeering(name)
  disposables.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(disposables.splice(0).map((made) => made[Symbol.asyncDispose]()))
})

function connectTo(from: TestPeering, to: TestPeering): Promise<Connection> {
  return from.host.switchboard.dial(to.host.peerId, to.host.addresses(), signal)
}

/** What came back on a bare stream until it was closed by the other side. */
async function drain(stream: Stream): Promise<number> {
  let bytes = 0
  stream.addEventListener('message', ({ data }) => {
    bytes += data.byteLength
  })
  if (stream.status === 'open')
    await new Promise((resolve) => stream.addEventListener('close', resolve, { once: true }))
  return bytes
}

/** Opens the protocol without any manners and sends `bytes`; resolves with what came back when the stream is over. */
async function assault(
  connection: Connection,
  protocol: string,
  bytes: Uint8Array | null
): Promise<number | 'unsupported'> {
  let stream: Stream
  // libp2p asks whom it meets to identify itself, and holds one such stream at a time.
  if (protocol.startsWith('/ipfs/')) {
    await expect.poll(() => connection.streams.some((other) => other.protocol === protocol)).toBe(false)
  }
  try {
    stream = await connection.newStream(protocol, { signal })
  } catch (error) {
    if (error instanceof Error && /Unsupported|Reset|reset/.test(`${error.name} ${error.message}`)) return 'unsupported'
    throw error
  }
  const drained = drain(stream)
  try {
    if (bytes !== null) stream.send(bytes)
  } catch {
    // Reset before we could send: as it should be.
  }
  return await drained
}

const json = (value: unknown): Uint8Array => encode.single(new TextEncoder().encode(JSON.stringify(value))).subarray()
const noise = Uint8Array.from({ length: 4096 }, (_, index) => (index * 167 + 13) % 256)

describe('an unpaired peer', () => {
  const served = [helloProtocol, linkProtocol, leaseProtocol, tunnelProtocol, inferProtocol]
  it.each([...served, '/ipfs/id/1.0.0', '/ipfs/ping/1.0.0', '/ipfs/id/push/1.0.0', '/unhosted/other/1'])(
    'gets nothing out of %s',
    async (protocol) => {
      const a = await peering('a')
      const stranger = await peering('stranger')
      let reached = false
      for (const own of [leaseProtocol, tunnelProtocol, inferProtocol]) {
        a.host.handle(own, async () => {
          reached = true
        })
      }
      const connection = await connectTo(stranger, a)
      expect(await assault(connection, protocol, json({ type: 'hello' }))).toSatisfy(
        (outcome) => outcome === 0 || outcome === 'unsupported'
      )
      expect(reached).toBe(false)
      expect(connection.status).toBe('open')
    }
  )

  it('is refused with a reason when it asks politely', async () => {
    const a = await peering('a')
    const b = await peering('b')
    await pairByInvite(a, b)
    // b believes in the pairing; a no longer does, and has not said so yet.
    await a.peersStore.remove(b.host.peerId, { remember: false })
    a.host.handle(leaseProtocol, async () => undefined)
    await expect(b.host.open(a.host.peerId, leaseProtocol, { signal })).rejects.toMatchObject({ code: 'PEER_REFUSED' })
  })

  it('may hold a few connections, not many', async () => {
    const a = await peering('a')
    const strangers = await Promise.all(Array.from({ length: 12 }, (_, index) => peering(`stranger ${index}`)))
    const outcomes: string[] = []
    for (const stranger of strangers) {
      // Being let in shows in that a protocol can be asked for; who is not is cut off before that.
      const offered = await connectTo(stranger, a)
        .then((connection) => assault(connection, '/unhosted/other/1', null))
        .catch(() => null)
      outcomes.push(offered === null ? 'refused' : 'connected')
    }
    expect(outcomes.filter((outcome) => outcome === 'connected')).toHaveLength(8)
  })

  it('is sent away when it opens many streams', async () => {
    const a = await peering('a')
    const stranger = await peering('stranger')
    const connection = await connectTo(stranger, a)
    const closed = once(connection as unknown as EventTarget as never, 'close')
    // Each waits for a protocol name that never comes.
    const muxer = (connection as unknown as { muxer: { createStream(): Promise<Stream> } }).muxer
    for (let index = 0; index < 40; index++) {
      const stream = await muxer.createStream()
      stream.send(new Uint8Array([19]))
    }
    await closed
    expect(connection.status).not.toBe('open')
  })

  it.each([
    ['noise', noise],
    ['a frame longer than the limit', Uint8Array.from([0xff, 0xff, 0x7f])],
    ['a frame that is not JSON', encode.single(new Uint8Array([1, 2, 3])).subarray()],
    ['a whole frame of zeros', encode.single(new Uint8Array(maxFrameBytes)).subarray()],
    ['a confirmation before any offer', json({ type: 'confirm' })],
    ['a revelation before any offer', json({ type: 'reveal', nonce: '0'.repeat(64) })],
    ['an answer nobody asked for', json({ type: 'answer', name: 'x', addresses: [], nonce: '0'.repeat(64) })],
    ['an unknown message', json({ type: 'please' })],
    [
      'a name with an escape sequence',
      json({ type: 'redeem', name: '\u001b[2J', addresses: [], token: 'A'.repeat(22) })
    ],
    ['a token of another shape', json({ type: 'redeem', name: 'x', addresses: [], token: 'short' })],
    [
      'too many addresses',
      json({ type: 'redeem', name: 'x', addresses: Array(17).fill('/ip4/1.2.3.4/tcp/1'), token: 'A'.repeat(22) })
    ]
  ])('that sends %s on the pairing protocol is cut off there', async (_id, bytes) => {
    const a = await peering('a')
    const stranger = await peering('stranger')
    expect(await assault(await connectTo(stranger, a), pairProtocol, bytes)).toBe(0)
    expect(a.pairing.pending()).toEqual([])
    await pairByInvite(a, await peering('friend'))
  })

  it('that confirms before it has revealed fails the pairing', async () => {
    const a = await peering('a')
    const stranger = await peering('stranger')
    const connection = await connectTo(stranger, a)
    const failed = new Promise((resolve) => a.pairing.onChange((view) => view.state === 'failed' && resolve(view)))
    const offer = json({ type: 'offer', name: 'x', addresses: [], radius: 'local', commit: '0'.repeat(64) })
    void assault(connection, pairProtocol, Buffer.concat([offer, json({ type: 'confirm' })]))
    expect(await failed).toMatchObject({ digits: null, error: { code: 'PEER_PROTOCOL' } })
  })

  it('that reveals another nonce than it promised fails the pairing', async () => {
    const a = await peering('a')
    const stranger = await peering('stranger')
    const failed = new Promise((resolve) => a.pairing.onChange((view) => view.state === 'failed' && resolve(view)))
    const offer = json({ type: 'offer', name: 'x', addresses: [], radius: 'local', commit: '0'.repeat(64) })
    const reveal = json({ type: 'reveal', nonce: '1'.repeat(64) })
    void assault(await connectTo(stranger, a), pairProtocol, Buffer.concat([offer, reveal]))
    expect(await failed).toMatchObject({ digits: null, error: { code: 'PAIRING_MISMATCH' } })
    expect(a.peersStore.all()).toEqual([])
  })
})

describe('a paired peer', () => {
  it.each([
    ['noise', helloProtocol, noise],
    ['an oversized frame', helloProtocol, Uint8Array.from([0xff, 0xff, 0x7f])],
    ['a greeting of another shape', helloProtocol, json({ type: 'hello', name: 7 })],
    ['noise', linkProtocol, noise],
    ['a frame of no known kind', linkProtocol, encode.single(Uint8Array.from([9, 0, 0, 0, 1])).subarray()],
    ['a pong nobody asked for', linkProtocol, encode.single(Uint8Array.from([2, 0, 0, 0, 1])).subarray()],
    [
      'a wish for too large a transfer',
      linkProtocol,
      encode.single(Uint8Array.from([3, 255, 255, 255, 255])).subarray()
    ]
  ])('that sends %s on %s loses that stream and nothing else', async (_id, protocol, bytes) => {
    const a = await peering('a')
    const b = await peering('b')
    await pairByInvite(a, b)
    let lost = false
    a.host.on('peer:lost', () => {
      lost = true
    })
    // One byte comes back: the empty frame that says that the stream was let in.
    expect(await assault(await connectTo(b, a), protocol, bytes)).toBe(1)
    await b.host.measure(a.host.peerId, { signal })
    expect(lost).toBe(false)
  })

  it('cannot pass off the inventory of another', async () => {
    const a = await peering('a')
    const b = await peering('b')
    await pairByInvite(a, b)
    const inventory = {
      peerId: a.host.peerId,
      name: 'b',
      version: '1',
      engineVersion: null,
      platform: 'linux',
      cpu: { model: 'x', cores: 1 },
      devices: [],
      models: []
    }
    await assault(
      await connectTo(b, a),
      helloProtocol,
      json({ type: 'hello', name: 'b', version: '1', addresses: [], inventory })
    )
    expect(a.host.inventories.of(b.host.peerId)).toBeNull()
  })

  it('that falls silent is lost within about five seconds', async () => {
    const a = await peering('a')
    const b = await peering('b')
    const relay = await startRelay(Number(a.host.addresses()[0]?.split('/').at(-1)))
    disposables.push(relay)
    const { invite } = await a.pairing.createInvite({ radius: 'local', expiresInMs: 60_000 })
    const through = encodeInvite({ ...parseInvite(invite), addresses: [`/ip4/127.0.0.1/tcp/${relay.port}`] })
    const both = [untilState(a.host, b.host.peerId, 'connected'), untilState(b.host, a.host.peerId, 'connected')]
    await b.pairing.acceptInvite({ invite: through, radius: null }, { signal })
    await Promise.all(both)
    const lost = [a, b].map((side) => new Promise((resolve) => side.host.on('peer:lost', resolve)))
    const began = performance.now()
    relay.freeze()
    await Promise.all(lost)
    expect(performance.now() - began).toBeLessThan(6000)
  })
})

describe('whoever is no peer at all', () => {
  it.each([
    ['noise', noise],
    ['an HTTP request', new TextEncoder().encode('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['nothing', new Uint8Array(0)]
  ])('and sends %s to the peer port does no harm', async (_id, bytes) => {
    const a = await peering('a')
    const socket = connect(Number(a.host.addresses()[0]?.split('/').at(-1)), '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    socket.end(bytes)
    await pairByInvite(a, await peering('friend'))
    socket.destroy()
  })
})

describe('many connections that say nothing', () => {
  it('are turned away beyond a few, from one address', async () => {
    const a = await peering('a')
    const port = Number(a.host.addresses()[0]?.split('/').at(-1))
    const sockets: Socket[] = []
    let closed = 0
    try {
      for (let index = 0; index < 14; index++) {
        const socket = connect(port, '127.0.0.1')
        sockets.push(socket)
        socket.on('error', () => undefined)
        socket.on('close', () => {
          closed += 1
        })
        socket.resume()
      }
      await expect.poll(() => closed, { timeout: 3000 }).toBe(6)
    } finally {
      for (const socket of sockets) socket.destroy()
    }
  })
})

/** A TCP relay to a local port that can fall silent without closing anything. */
async function startRelay(target: number): Promise<AsyncDisposable & { port: number; freeze(): void }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((inbound) => {
    const outbound = connect(target, '127.0.0.1')
    for (const socket of [inbound, outbound]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    inbound.pipe(outbound).pipe(inbound)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    freeze: () => {
      for (const socket of sockets) {
        socket.unpipe()
        socket.pause()
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}
