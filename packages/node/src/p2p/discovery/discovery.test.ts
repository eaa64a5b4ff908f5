import { createSocket, type Socket } from 'node:dgram'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { encode, type TxtAnswer } from 'dns-packet'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Clock, systemClock } from '../../base/index.ts'
import { ManualClock } from '../../base/testing/manual-clock.ts'
import { silentLog } from '../../log/index.ts'
import type { Sighting } from '../streams/addresses.ts'
import { createLibp2pNode } from '../streams/libp2p-node.ts'
import { freeUdpPort } from '../testing/udp.ts'
import { createDiscovery, serviceTag } from './discovery.ts'

// Real sockets: a busy machine is slower, not wrong.
vi.setConfig({ testTimeout: 30_000 })

const keys = await Promise.all(Array.from({ length: 4 }, () => generateKeyPair('Ed25519')))

interface Machine {
  readonly id: string
  readonly seen: Map<string, Sighting>
  readonly lost: string[]
  readonly discovery: ReturnType<typeof createDiscovery>
  stop(): Promise<void>
}

async function machine(port: number, key = keys[0], clock: Clock = systemClock): Promise<Machine> {
  if (key === undefined) throw new Error('no key')
  const id = peerIdFromPrivateKey(key).toString()
  const seen = new Map<string, Sighting>()
  const lost: string[] = []
  const discovery = createDiscovery({
    peerId: id,
    addresses: () => node.getMultiaddrs().map((address) => address.toString().replace(/\/p2p\/.*/, '')),
    isConnected: () => false,
    clock,
    log: silentLog,
    port
  })
  discovery.on('sighted', (sighting) => seen.set(sighting.peerId, sighting))
  discovery.on('out-of-sight', ({ peerId }) => {
    seen.delete(peerId)
    lost.push(peerId)
  })
  const node = await createLibp2pNode({
    identity: { peerId: id, privateKey: key, created: true },
    hosts: ['127.0.0.1'],
    port: 0,
    gater: {},
    isPaired: () => false,
    discovery: discovery.component
  })
  await node.start()
  discovery.start()
  const stop = async (): Promise<void> => {
    discovery.stop()
    await node.stop()
  }
  onTestFinished(stop)
  return { id, seen, lost, discovery, stop }
}

describe('discovery', () => {
  it('lets machines see each other, those that start later too', async () => {
    const port = await freeUdpPort()
    const a = await machine(port)
    const began = performance.now()
    const b = await machine(port, keys[1])
    await expect.poll(() => [a.seen.has(b.id), b.seen.has(a.id)], { timeout: 5000 }).toEqual([true, true])
    expect(performance.now() - began).toBeLessThan(2000)
    expect(a.seen.get(b.id)?.addresses).toEqual([expect.stringMatching(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+$/)])
    expect([a.discovery.duplicateAt(), b.discovery.duplicateAt()]).toEqual([null, null])
  })

  it('notices another running machine with the same identity', async () => {
    const port = await freeUdpPort()
    const a = await machine(port)
    const copy = await machine(port)
    await expect.poll(() => a.discovery.duplicateAt(), { timeout: 7000 }).toBe('127.0.0.1')
    expect(copy.seen.size).toBe(0)
  })
})

describe('a machine that made itself up', () => {
  it('is not seen where it leads further than networks of people’s own, nor where its answer is none', async () => {
    const port = await freeUdpPort()
    const victim = await machine(port)
    const [told, untold] = keys.slice(2).map((key) => peerIdFromPrivateKey(key).toString())
    if (told === undefined || untold === undefined) throw new Error('no key')
    const truth = answer(told, ['/ip4/10.0.0.1/tcp/1', '/ip4/203.0.113.1/tcp/2', '/dns4/example.org/tcp/3'])
    const socket = createSocket('udp4')
    onTestFinished(() => void socket.close())
    const lies = [
      answer(untold, ['/ip4/203.0.113.1/tcp/1']),
      answer(untold, []),
      answer('nobody', ['/ip4/10.0.0.1/tcp/1']),
      // http://a.example/ as a PeerId: an id of libp2p that belongs to no key.
      answer('1isvKqksgYBtEuDqoXxqJZ2UW', ['/ip4/10.0.0.1/tcp/1']),
      Uint8Array.from({ length: 600 }, (_, index) => (index * 131) % 256)
    ]
    for (const packet of [...lies, truth]) socket.send(packet, port, '127.0.0.1')
    await expect.poll(() => victim.seen.has(told), { timeout: 5000 }).toBe(true)
    expect([...victim.seen]).toEqual([[told, { peerId: told, addresses: ['/ip4/10.0.0.1/tcp/1'] }]])
  })
})

describe('a flood of packets that cost much to read', () => {
  it('takes mDNS off the network for a while, and then it is back', async () => {
    const port = await freeUdpPort()
    const clock = new ManualClock()
    const victim = await machine(port, keys[0], clock)
    const [told, later] = keys.slice(2).map((key) => peerIdFromPrivateKey(key).toString())
    if (told === undefined || later === undefined) throw new Error('no key')
    const socket = createSocket('udp4')
    onTestFinished(() => void socket.close())
    // Answers of twelve bytes, each with two names that point at the long one of the first answer.
    const real = Buffer.from(answer(told, ['/ip4/10.0.0.1/tcp/1']))
    const more = Array.from({ length: 600 }, () => Buffer.from('c00c000c0001000000010002c00c', 'hex'))
    const costly = Buffer.concat([real, ...more])
    costly.writeUInt16BE(real.readUInt16BE(6) + more.length, 6)
    const idle = clock.pending
    for (let sent = 0; sent < 60 && clock.pending === idle; sent++) await sendAndRead(socket, costly, port)
    // It is off the network: its return is due.
    await expect.poll(() => clock.pending, { timeout: 5000 }).toBe(idle + 1)
    const probe = answer(later, ['/ip4/10.0.0.2/tcp/1'])
    const heard = async (): Promise<boolean> => {
      await sendAndRead(socket, probe, port)
      return victim.seen.has(later)
    }
    expect(await heard()).toBe(false)
    await clock.advance(4000)
    expect(await heard()).toBe(false)
    await clock.advance(1000)
    await expect.poll(heard, { timeout: 10_000 }).toBe(true)
  })
})

describe('what is in sight', () => {
  function sights(connected: readonly string[] = []): {
    discovery: ReturnType<typeof createDiscovery>
    clock: ManualClock
    seen: Map<string, Sighting>
  } {
    const seen = new Map<string, Sighting>()
    const clock = new ManualClock()
    const discovery = createDiscovery({
      peerId: idOf(0),
      addresses: () => [],
      isConnected: (peerId) => connected.includes(peerId),
      clock,
      log: silentLog,
      port: 5353
    })
    discovery.on('sighted', (sighting) => seen.set(sighting.peerId, sighting))
    discovery.on('out-of-sight', ({ peerId }) => seen.delete(peerId))
    onTestFinished(() => discovery.stop())
    return { discovery, clock, seen }
  }

  it('is gone after two and a half rounds of silence, unless it is connected', async () => {
    const { discovery, clock, seen } = sights([idOf(2)])
    discovery.start()
    for (const index of [1, 2]) discovery.note({ peerId: idOf(index), addresses: [local(index)] })
    await clock.advance(12_000)
    expect([...seen.keys()]).toEqual([idOf(1), idOf(2)])
    await clock.advance(2000)
    expect([...seen.keys()]).toEqual([idOf(2)])
  })

  it('stays while it answers', async () => {
    const { discovery, clock, seen } = sights()
    discovery.start()
    for (let round = 0; round < 6; round++) {
      discovery.note({ peerId: idOf(1), addresses: [local(1)] })
      await clock.advance(10_000)
    }
    expect(seen.size).toBe(1)
  })

  it('is told once there is somebody to tell', () => {
    const { discovery, seen } = sights()
    discovery.note({ peerId: idOf(1), addresses: [local(1)] })
    expect(seen.size).toBe(0)
    discovery.start()
    expect(seen.size).toBe(1)
  })

  it('is bounded: few newcomers a second, the oldest out first, and never one that is connected', async () => {
    const { discovery, clock, seen } = sights([idOf(1)])
    discovery.start()
    for (let index = 1; index <= 400; index++) {
      if (index % 32 === 0) await clock.advance(1000)
      discovery.note({ peerId: idOf(index), addresses: [local(index)] })
    }
    expect(seen.size).toBe(256)
    expect([...seen.keys()].slice(0, 2)).toEqual([idOf(1), idOf(146)])
    for (let index = 1000; index < 1100; index++) discovery.note({ peerId: idOf(index), addresses: [local(index)] })
    expect([...seen.keys()].filter((peerId) => peerId >= idOf(1000)).length).toBeLessThanOrEqual(32)
  })

  it('keeps eight addresses of each, those heard last', () => {
    const { discovery, seen } = sights()
    discovery.start()
    for (let index = 1; index <= 20; index++) discovery.note({ peerId: idOf(1), addresses: [local(index)] })
    expect(seen.get(idOf(1))?.addresses).toEqual(Array.from({ length: 8 }, (_, index) => local(index + 13)).sort())
  })
})

/** In the order of their numbers. */
function idOf(index: number): string {
  return `12D3Koo${String(index).padStart(45, '0')}`
}

function local(index: number): string {
  return `/ip4/10.0.${index >> 8}.${index & 255}/tcp/7778`
}

/** Resolves when the packet is in the socket of whoever listens on this thread, and has been read if it does. */
async function sendAndRead(socket: Socket, packet: Uint8Array, port: number): Promise<void> {
  await new Promise((resolve) => socket.send(packet, port, '127.0.0.1', resolve))
  // The next turn of the event loop reads what has come; the one after it is past that.
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** What @libp2p/mdns sends. */
function answer(peerId: string, addresses: readonly string[]): Uint8Array {
  const name = `somebody.${serviceTag}`
  const texts = addresses.map((address): TxtAnswer => ({ name, type: 'TXT', data: `dnsaddr=${address}/p2p/${peerId}` }))
  return encode({ type: 'response', answers: [{ name: serviceTag, type: 'PTR', data: name }, ...texts] })
}
