import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Libp2p, Stream } from '@libp2p/interface'
import { helloProtocol, pairMessageSchema, pairProtocol } from '@unhosted/core/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../base/index.ts'
import { loadIdentity } from '../identity/index.ts'
import { silentLog } from '../log/index.ts'
import { homePaths } from '../store/index.ts'
import { openPeersStore } from './peers-store.ts'
import type { FramedStream } from './streams/framed-stream.ts'
import { Switchboard } from './streams/switchboard.ts'
import { pairByInvite, startTestPeering, type TestPeering, untilState } from './testing/peers.ts'

// Real sockets and handshakes: a busy machine is slower, not wrong.
vi.setConfig({ testTimeout: 30_000 })

const nodes: Libp2p[] = []
vi.mock(import('./streams/libp2p-node.ts'), async (original) => {
  const module = await original()
  const createLibp2pNode: typeof module.createLibp2pNode = async (options) => {
    const node = await module.createLibp2pNode(options)
    nodes.push(node)
    return node
  }
  return { ...module, createLibp2pNode }
})

const signal = AbortSignal.timeout(60_000)
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
  nodes.length = 0
})

async function peering(name: string): Promise<TestPeering> {
  const made = await startTestPeering(name)
  cleanups.push(() => made[Symbol.asyncDispose]())
  return made
}

/** A machine that speaks libp2p and does with the pairing protocol what the test wants. */
async function intruder(onPair: (stream: FramedStream) => Promise<void>): Promise<{ board: Switchboard; id: string }> {
  const home = await mkdtemp(join(tmpdir(), 'unhosted-intruder-'))
  cleanups.push(() => rm(home, { recursive: true, force: true }))
  const paths = homePaths(home)
  const identity = await loadIdentity(paths, silentLog)
  const board = new Switchboard({
    identity,
    peersStore: await openPeersStore(paths.peers),
    hosts: ['127.0.0.1'],
    port: 0,
    log: silentLog,
    frameTimeoutMs: 30_000,
    isPairing: () => true,
    clock: systemClock
  })
  board.handleOpen(pairProtocol, onPair)
  await board.start(null)
  cleanups.push(() => board.stop())
  return { board, id: identity.peerId }
}

/** A victim with the larger id: the one whose own offer gives way. */
async function victimAbove(id: string): Promise<TestPeering> {
  for (;;) {
    const made = await peering('victim')
    if (made.host.peerId > id) return made
  }
}

const offer = { type: 'offer', name: 'mini', addresses: [], radius: 'local', commit: '0'.repeat(64) }

async function offerAgain(board: Switchboard, victim: TestPeering): Promise<string> {
  const connection = await board.dial(victim.host.peerId, victim.host.addresses(), signal)
  const stream = await board.openOn(connection, pairProtocol, signal)
  await stream.writeJson(offer, { signal })
  const { type } = await stream.readJson(pairMessageSchema, { signal, timeoutMs: 5000 })
  return type
}

describe('a stranger to whom a person has offered', () => {
  it('gets one crossing offer answered and no second try at the digits', async () => {
    const offered = Promise.withResolvers<void>()
    const { board, id } = await intruder(async (stream) => {
      offered.resolve()
      await stream.ended
    })
    const victim = await victimAbove(id)
    const running = victim.pairing.offer(
      { peer: null, address: board.addresses()[0] ?? '', radius: 'local' },
      { signal }
    )
    running.catch(() => {})
    await offered.promise
    expect(await offerAgain(board, victim)).toBe('answer')
    expect(await offerAgain(board, victim)).toBe('refuse')
  })

  it('cannot change digits that are being compared', async () => {
    const { board, id } = await intruder(async (stream) => {
      await stream.readJson(pairMessageSchema, { signal })
      await stream.writeJson({ type: 'answer', name: 'mini', addresses: [], nonce: '1'.repeat(64) }, { signal })
      await stream.ended
    })
    const victim = await victimAbove(id)
    const address = board.addresses()[0] ?? ''
    const shown = await victim.pairing.offer({ peer: null, address, radius: 'local' }, { signal })
    expect(shown.digits).toMatch(/^\d{6}$/)
    expect(await offerAgain(board, victim)).toBe('refuse')
    expect(victim.pairing.pending()).toEqual([shown])
  })
})

describe('a stranger that comes and goes', () => {
  it('leaves nothing behind in memory', async () => {
    const { board } = await intruder(async () => {})
    const victim = await peering('victim')
    const memory = nodes.at(-1)
    const connection = await board.dial(victim.host.peerId, victim.host.addresses(), signal)
    // What libp2p notes of a peer, it notes when a stream of a protocol that is served is opened.
    await expect(
      board.openOn(connection, helloProtocol, signal).then((stream) => stream.readFrame({ signal }))
    ).rejects.toThrow()
    await expect.poll(async () => (await memory?.peerStore.all())?.length).toBe(1)
    await connection.close()
    await expect.poll(async () => (await memory?.peerStore.all())?.length).toBe(0)
  })
})

describe('a peer that was unpaired', () => {
  it('is bounded like any stranger, though it keeps its connection', async () => {
    const a = await peering('a')
    const home = await mkdtemp(join(tmpdir(), 'unhosted-former-'))
    cleanups.push(() => rm(home, { recursive: true, force: true }))
    const before = await startTestPeering('b', { home })
    await pairByInvite(a, before)
    await before.stop()
    // A connection that began as that of a paired peer: nobody counts it among the strangers'.
    const b = await startTestPeering('b', { home })
    cleanups.push(() => b.stop())
    await untilState(b.host, a.host.peerId, 'connected')
    const [connection] = b.host.switchboard.connections(a.host.peerId)
    if (connection === undefined) throw new Error('paired hosts are connected')
    const stream = await b.host.switchboard.openOn(connection, pairProtocol, signal)
    await stream.writeJson({ type: 'unpair' }, { signal })
    expect(await stream.readJson(pairMessageSchema, { signal })).toEqual({ type: 'unpair' })
    await expect.poll(() => a.peersStore.all()).toEqual([])
    // Each waits for a protocol name that never comes.
    const { muxer } = connection as unknown as { muxer: { createStream(): Promise<Stream> } }
    for (let index = 0; index < 40 && connection.status === 'open'; index++) {
      const idle = await muxer.createStream().catch(() => null)
      idle?.send(new Uint8Array([19]))
    }
    await expect.poll(() => connection.status, { timeout: 3000 }).not.toBe('open')
  })

  it('is not paired again by a pairing that is taken back', async () => {
    const a = await peering('a')
    const b = await peering('b')
    await pairByInvite(a, b)
    const previous = a.peersStore.get(b.host.peerId)
    await a.pairing.unpair('b')
    await a.host.restorePeer(b.host.peerId, previous)
    expect(a.peersStore.all()).toEqual([])
  })
})
