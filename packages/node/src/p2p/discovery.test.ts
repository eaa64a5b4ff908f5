import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '../log/index.ts'
import type { Sighting } from './create-peer-host.ts'
import { createDiscovery, type Discovery } from './discovery.ts'
import { decodePacket, encodeAnnouncement, encodeQuery } from './discovery-packet.ts'

// Real sockets and handshakes: a busy machine is slower, not wrong.
vi.setConfig({ testTimeout: 30_000 })

const running: Discovery[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((discovery) => discovery.stop()))
})

/** A UDP port that nobody uses now, so that tests hear only themselves. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0)
  await once(socket, 'listening')
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}

const idOf = (end: string): string => `12D3KooWEcha5HcRMWAsiZRBfmBxVT7u9rRY3xt28dKhSzqFQ5${end}`

function begin(
  port: number,
  end: string,
  boot: string
): { discovery: Discovery; seen: Map<string, Sighting>; lost: string[]; changed: () => Promise<void> } {
  const seen = new Map<string, Sighting>()
  const lost: string[] = []
  let wake: () => void = () => undefined
  const discovery = createDiscovery({
    peerId: idOf(end),
    name: `machine ${end}`,
    addresses: () => [`/ip4/127.0.0.1/tcp/1${end.charCodeAt(0)}`],
    onSeen: (sighting) => {
      seen.set(sighting.peerId, sighting)
      wake()
    },
    onLost: (peerId) => {
      lost.push(peerId)
      wake()
    },
    log: silentLog,
    port,
    boot
  })
  running.push(discovery)
  discovery.start()
  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
    })
  return { discovery, seen, lost, changed }
}

describe('discovery', () => {
  it('reads a bounded number of packets a second, whoever sends however many', async () => {
    const port = await freePort()
    const read: string[] = []
    const victim = createDiscovery({
      peerId: idOf('aa'),
      name: 'victim',
      addresses: () => [],
      onSeen: ({ peerId }) => read.push(peerId),
      onLost: () => {},
      log: silentLog,
      port,
      boot: '0'.repeat(16)
    })
    running.push(victim)
    victim.start()
    const announced = { name: 'b', boot: '1'.repeat(16), addresses: [], goodbye: false }
    const flood = encodeAnnouncement({ ...announced, peerId: idOf('bb') })
    const last = encodeAnnouncement({ ...announced, peerId: idOf('cc') })
    const socket = createSocket('udp4')
    const began = performance.now()
    try {
      for (let sent = 0; sent < 2000; sent += 1) {
        socket.send(flood, port, '127.0.0.1')
        // The victim shares this thread: what it does not get to read in time the kernel drops.
        if (sent % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      // In another second there is room again, and what came before has been read or dropped.
      await expect
        .poll(
          () => {
            socket.send(last, port, '127.0.0.1')
            return read.includes(idOf('cc'))
          },
          { timeout: 5000 }
        )
        .toBe(true)
      const seconds = Math.ceil((performance.now() - began) / 1000)
      expect(read.length).toBeLessThanOrEqual(128 * (seconds + 1))
    } finally {
      socket.close()
    }
  })

  it('lets machines see each other, late comers too, and go when they say so', async () => {
    const port = await freePort()
    const a = begin(port, 'aa', '0'.repeat(16))
    const began = performance.now()
    const b = begin(port, 'bb', '1'.repeat(16))
    while (!a.seen.has(idOf('bb'))) await a.changed()
    while (!b.seen.has(idOf('aa'))) await b.changed()
    expect(performance.now() - began).toBeLessThan(2000)
    expect(a.seen.get(idOf('bb'))).toMatchObject({ name: 'machine bb', addresses: [expect.stringContaining('/ip4/')] })
    await b.discovery.stop()
    while (a.lost.length === 0) await a.changed()
    expect(a.lost).toEqual([idOf('bb')])
    expect(a.discovery.state()).toMatchObject({ heardSelf: true, duplicateAt: null })
  })

  it('notices another running machine with the same identity', async () => {
    const port = await freePort()
    const a = begin(port, 'aa', '0'.repeat(16))
    begin(port, 'aa', '1'.repeat(16))
    await expect.poll(() => a.discovery.state().duplicateAt, { timeout: 3000 }).not.toBeNull()
  })
})

describe('a discovery packet', () => {
  const whole = {
    peerId: idOf('aa'),
    name: 'Ada’s desk',
    boot: 'a'.repeat(16),
    addresses: ['/ip4/10.0.0.1/tcp/7778'],
    goodbye: false
  }

  it('comes out as it went in', () => {
    expect(decodePacket(encodeAnnouncement(whole))).toEqual({ type: 'announcement', ...whole })
    expect(decodePacket(encodeAnnouncement({ ...whole, goodbye: true }))).toMatchObject({ goodbye: true })
    expect(decodePacket(encodeQuery())).toEqual({ type: 'query' })
  })

  it('fits one Ethernet frame, however many addresses there are', () => {
    const addresses = Array(20).fill('/ip6/fd00:1111:2222:3333:4444:5555:6666:7777/tcp/65535')
    expect(encodeAnnouncement({ ...whole, addresses }).byteLength).toBeLessThan(1400)
  })

  it.each([
    ['a peer id of another shape', { peerId: 'x' }],
    ['a name that moves the cursor', { name: '\u001b[2J' }],
    ['an address that is none', { addresses: ['/unix/tmp'] }],
    ['no start', { boot: '' }]
  ])('with %s is not looked at', (_id, change) => {
    expect(decodePacket(encodeAnnouncement({ ...whole, ...change }))).toBeNull()
  })

  it('is not looked at where reading it would cost far more than sending it', () => {
    const real = Buffer.from(encodeAnnouncement(whole))
    // Answers of twelve bytes, each with two names that point at the long one of the first answer.
    const more = Array.from({ length: 60 }, () => Buffer.from('c00c000c0001000000010002c00c', 'hex'))
    const costly = Buffer.concat([real, ...more])
    costly.writeUInt16BE(real.readUInt16BE(6) + more.length, 6)
    expect(decodePacket(real)).not.toBeNull()
    expect(decodePacket(costly)).toBeNull()
  })

  it('never throws, whatever bytes come', () => {
    const real = encodeAnnouncement(whole)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(real.length - 1), fc.nat(255), (bytes, at, put) => {
        decodePacket(bytes)
        const altered = Uint8Array.from(real)
        altered[at] = put
        decodePacket(altered)
        decodePacket(real.subarray(0, at))
      })
    )
    expect(decodePacket(new Uint8Array(10_000))).toBeNull()
  })
})
