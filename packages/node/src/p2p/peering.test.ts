import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Inventory } from '@unhosted/core/inventory'
import { defaultGrants, type PeerRecord } from '@unhosted/core/peers'
import type { PeerPresence } from '@unhosted/core/presence'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ManualClock } from '../base/testing/manual-clock.ts'
import { allInterfaces } from './peering.ts'
import {
  pairByInvite,
  pairedHosts,
  startTestPeering,
  type TestPeering,
  type TestPeeringOptions,
  unstartedPeering,
  untilState
} from './testing/peers.ts'
import { freeUdpPort } from './testing/udp.ts'

// Real sockets and handshakes: a busy machine is slower, not wrong.
vi.setConfig({ testTimeout: 30_000 })

const signal = AbortSignal.timeout(60_000)
const started: TestPeering[] = []
async function peering(name: string, options: TestPeeringOptions = {}): Promise<TestPeering> {
  const made = await startTestPeering(name, options)
  started.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(started.splice(0).map((made) => made[Symbol.asyncDispose]()))
})
const record: PeerRecord = {
  peerId: '12D3KooWEcha5HcRMWAsiZRBfmBxVT7u9rRY3xt28dKhSzqFQ5aa',
  name: 'attic',
  radius: 'local',
  grants: defaultGrants.local,
  addresses: [],
  pairedAt: 1
}
const portOf = (side: TestPeering): number => Number(side.host.addresses()[0]?.split('/').at(-1))

describe('a peering', () => {
  it('says that its port is taken, and leaves nothing running', async () => {
    const a = await peering('a')
    await expect(peering('b', { port: portOf(a) })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      advice: expect.stringContaining('--p2p-port')
    })
  })

  it('says so too where it listens everywhere and another program has the port', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    try {
      await expect(peering('b', { port, hosts: allInterfaces })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })

  it('changes what a peer may do, here at once and there as soon as it is told', async () => {
    const { a, b, stop } = await pairedHosts()
    try {
      await expect.poll(() => b.inventories.grantsFrom(a.peerId), { timeout: 10_000 }).toMatchObject({ pool: true })
      const record = await a.regrant(b.peerId, (grants) => ({ ...grants, pool: false }))
      expect(record.grants).toEqual({ infer: true, pool: false })
      expect(a.peer(b.peerId)?.record?.grants.pool).toBe(false)
      await expect.poll(() => b.inventories.grantsFrom(a.peerId), { timeout: 10_000 }).toMatchObject({ pool: false })
      await expect(a.regrant('12D3KooWnobody', (grants) => grants)).rejects.toMatchObject({ code: 'PEER_UNKNOWN' })
    } finally {
      await stop()
    }
  })

  it('gives up a start that is aborted, and leaves nothing running', async () => {
    const a = await peering('a')
    const port = portOf(a)
    await a.stop()
    const stopping = new AbortController()
    const b = await unstartedPeering('b', { port, home: a.home })
    const started = b.start(stopping.signal)
    stopping.abort(new Error('no longer wanted'))
    await expect(started).rejects.toThrow('no longer wanted')
    // The port is free again.
    expect(portOf(await peering('c', { port }))).toBe(port)
  })

  it('stops without having started', async () => {
    const home = await mkdtemp(join(tmpdir(), 'unhosted-unstarted-'))
    try {
      const a = await unstartedPeering('a', { home })
      await a.stop()
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  })

  it.each(['before it starts', 'while it starts'])('does not listen where it was stopped: %s', async (when) => {
    const home = await mkdtemp(join(tmpdir(), 'unhosted-unstarted-'))
    try {
      const clock = new ManualClock()
      const a = await unstartedPeering('a', { home, clock, mdnsPort: await freeUdpPort() })
      if (when === 'before it starts') await a.stop()
      const started = a.start(signal)
      await a.stop()
      await expect(started).rejects.toMatchObject({ code: 'CANCELLED' })
      expect([a.host.addresses(), clock.pending]).toEqual([[], 0])
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  })

  it('stops twice as well as once', async () => {
    const a = await peering('a')
    await a.stop()
    await a.stop()
  })

  it('finds a paired peer again after a restart of either, without being told', async () => {
    const home = await mkdtemp(join(tmpdir(), 'unhosted-restart-'))
    try {
      const a = await peering('a')
      const before = await startTestPeering('b', { home })
      const port = portOf(before)
      await pairByInvite(a, before)
      const lost = new Promise((resolve) => a.host.on('peer:lost', resolve))
      await before.stop()
      await lost
      expect(a.host.peer(before.host.peerId)).toMatchObject({ state: 'offline', link: null })
      const b = await peering('b', { home, port })
      await Promise.all([
        untilState(a.host, b.host.peerId, 'connected'),
        untilState(b.host, a.host.peerId, 'connected')
      ])
      expect(a.host.peer(b.host.peerId)?.link?.roundTripMs).toBeGreaterThan(0)
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  })

  it.each([
    { id: 'is out of sight', leave: 'out-of-sight' },
    { id: 'was paired and is unpaired', leave: 'unpaired' }
  ] as const)('tells the name of a machine that leaves: one that $id', async ({ leave }) => {
    const a = await peering('a')
    const { peerId } = record
    const changes: PeerPresence[] = []
    a.host.on('peer:change', (presence) => changes.push(presence))
    if (leave === 'unpaired') {
      await a.host.addPeer(record)
      await a.host.removePeer(peerId, { remember: false })
    } else {
      a.host.sighted({ peerId, addresses: ['/ip4/127.0.0.1/tcp/1'] })
      a.host.named(peerId, 'attic')
      a.host.outOfSight(peerId)
    }
    expect(changes.at(-1)).toMatchObject({ peerId, name: 'attic', record: null, state: 'offline', addresses: [] })
    expect(a.host.peer(peerId)).toBeUndefined()
  })

  it('tells of grants that go when a second pairing is taken back, so that leases end', async () => {
    const a = await peering('a')
    const friend = { ...record, radius: 'trusted', grants: defaultGrants.trusted } as const
    await a.host.addPeer(friend)
    await a.host.addPeer(record)
    const pool: (boolean | undefined)[] = []
    a.host.on('peer:change', (presence) => pool.push(presence.record?.grants.pool))
    await a.host.restorePeer(record.peerId, friend)
    expect(pool).toEqual([false])
    await a.host.removePeer(record.peerId, { remember: false })
    pool.length = 0
    // Unpaired meanwhile, it stays so, and nothing changes.
    await a.host.restorePeer(record.peerId, friend)
    expect([pool, a.peersStore.all()]).toEqual([[], []])
  })

  it('warns where a machine with another key answers for a paired peer', async () => {
    const a = await peering('a')
    const b = await peering('b')
    await pairByInvite(a, b)
    const port = portOf(a)
    await a.stop()
    const impostor = await peering('impostor', { port })
    await expect.poll(() => b.explainDiscovery().map(({ id }) => id), { timeout: 10_000 }).toContain('peer-key-changed')
    expect(b.peersStore.all()).toMatchObject([{ peerId: a.host.peerId, name: 'a' }])
    expect(impostor.peersStore.all()).toEqual([])
  })
})

describe('an address that a peer claims and that is our own', () => {
  it('is not taken for somebody else with another key', async () => {
    const a = await peering('a')
    const b = await peering('b')
    await pairByInvite(a, b)
    await a.stop()
    await untilState(b.host, a.host.peerId, 'offline')
    b.host.sighted({ peerId: a.host.peerId, addresses: b.host.addresses() })
    await expect(b.host.open(a.host.peerId, '/test/1', { signal })).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' })
    expect(b.host.impostors()).toEqual([])
  })
})

describe('a stranger that announces a paired peer', () => {
  it('neither renames it nor pushes its own addresses out', async () => {
    const a = await peering('a')
    const b = await peering('b')
    await pairByInvite(a, b)
    const own = b.host.addresses()[0] ?? ''
    const lies = Array.from({ length: 16 }, (_, index) => `/ip4/192.0.2.${index + 1}/tcp/1`)
    a.host.sighted({ peerId: b.host.peerId, addresses: lies })
    a.host.named(b.host.peerId, 'somebody else')
    const presence = a.host.peer(b.host.peerId)
    expect(presence?.name).toBe('b')
    expect(presence?.addresses).toContain(own)
  })
})

describe('two paired hosts', () => {
  it('serve each other and cannot be asked for what is not there', async () => {
    const { a, b, stop } = await pairedHosts()
    try {
      const remove = a.handle('/test/echo/1', async (stream, { peer, signal: over }) => {
        const frame = await stream.readFrame({ signal: over })
        await stream.writeJson({ from: peer.name, bytes: frame?.byteLength }, { signal: over })
      })
      const stream = await b.open(a.peerId, '/test/echo/1', { signal })
      await stream.writeFrame(new Uint8Array(10), { signal })
      expect(JSON.parse(new TextDecoder().decode((await stream.readFrame({ signal })) ?? undefined))).toEqual({
        from: 'b',
        bytes: 10
      })
      await stream.close()
      expect(await stream.ended).toBeNull()
      remove()
      await expect(b.open(a.peerId, '/test/echo/1', { signal })).rejects.toMatchObject({ code: 'PEER_REFUSED' })
      await expect(b.open(a.peerId, '/test/never/1', { signal })).rejects.toMatchObject({ code: 'PEER_REFUSED' })
      a.handle('/test/echo/1', async () => undefined)
      await (await b.open(a.peerId, '/test/echo/1', { signal })).close()
      await expect(b.open('12D3KooWnobody', '/test/echo/1', { signal })).rejects.toMatchObject({ code: 'PEER_UNKNOWN' })
    } finally {
      await stop()
    }
  })

  it('reset a stream whose handler throws', async () => {
    const { a, b, stop } = await pairedHosts()
    try {
      a.handle('/test/fault/1', async (stream, { signal: over }) => {
        await stream.readFrame({ signal: over })
        throw new Error('a fault')
      })
      const stream = await b.open(a.peerId, '/test/fault/1', { signal })
      await stream.writeFrame(new Uint8Array(1), { signal })
      await expect(stream.readFrame({ signal })).rejects.toMatchObject({ code: 'PEER_LOST' })
    } finally {
      await stop()
    }
  })

  it('tell each other what they have when it changes, and when asked', async () => {
    const { a, b, stop } = await pairedHosts()
    try {
      const inventory: Inventory = {
        peerId: a.peerId,
        name: 'a',
        version: '1',
        engineVersion: null,
        platform: 'linux-x64',
        cpu: { model: 'x', cores: 2 },
        devices: [],
        models: []
      }
      const told = new Promise((resolve) => b.inventories.onChange(resolve))
      a.inventories.publish(inventory)
      expect(await told).toEqual({ peerId: a.peerId, inventory })
      expect(b.inventories.of(a.peerId)).toEqual(inventory)
      expect(await b.inventories.refresh(a.peerId, { signal })).toEqual(inventory)
    } finally {
      await stop()
    }
  })

  it('measure the link between them', async () => {
    const { a, b, stop } = await pairedHosts()
    try {
      const link = await b.measure(a.peerId, { signal })
      expect(link).toMatchObject({ direct: true, roundTripMs: expect.any(Number), jitterMs: expect.any(Number) })
      expect(link.bytesPerSecond).toBeGreaterThan(1_000_000)
      expect(b.peer(a.peerId)?.link).toMatchObject({ bytesPerSecond: link.bytesPerSecond })
    } finally {
      await stop()
    }
  })
})
