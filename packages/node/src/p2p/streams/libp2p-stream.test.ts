import type { Stream } from '@libp2p/interface'
import fc from 'fast-check'
import { encode } from 'it-length-prefixed'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { ManualClock } from '../../base/testing/manual-clock.ts'
import { startTestPeering, type TestPeering } from '../testing/peers.ts'
import { type FramedStream, maxFrameBytes } from './framed-stream.ts'

// Real sockets and handshakes: a busy machine is slower, not wrong.
vi.setConfig({ testTimeout: 30_000 })

const protocol = '/test/frames/1'
const signal = AbortSignal.timeout(60_000)
let a: TestPeering
let b: TestPeering

beforeEach(async () => {
  a = await startTestPeering('a')
  b = await startTestPeering('b', { frameTimeoutMs: 400 })
})
afterEach(async () => {
  await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()])
})

/** A framed stream at `b`, and the bare libp2p stream of `a` that feeds it. */
async function halfFramed(): Promise<{ framed: FramedStream; bare: Stream }> {
  const framed = Promise.withResolvers<FramedStream>()
  const connection = await a.host.switchboard.dial(b.host.peerId, b.host.addresses(), signal)
  b.host.switchboard.handleOpen(protocol, async (stream) => {
    framed.resolve(stream)
    await stream.ended
  })
  const bare = await connection.newStream(protocol, { signal })
  bare.send(encode.single(new Uint8Array(0)))
  const there = await framed.promise
  await there.readFrame({ signal })
  return { framed: there, bare }
}

/** A framed stream at both ends. */
async function framedPair(): Promise<{ here: FramedStream; there: FramedStream }> {
  const arrived = Promise.withResolvers<FramedStream>()
  a.host.switchboard.handleOpen(protocol, async (stream) => {
    arrived.resolve(stream)
    await stream.ended
  })
  const connection = await b.host.switchboard.dial(a.host.peerId, a.host.addresses(), signal)
  const here = await b.host.switchboard.openOn(connection, protocol, signal)
  await here.writeFrame(new Uint8Array(0), { signal })
  const there = await arrived.promise
  await there.readFrame({ signal })
  return { here, there }
}

describe('a framed stream', () => {
  it('carries frames of every size both ways', async () => {
    const { here, there } = await framedPair()
    for (const size of [0, 1, 127, 128, 65_536, maxFrameBytes]) {
      const payload = new Uint8Array(size).fill(size % 251)
      const [received] = await Promise.all([there.readFrame({ signal }), here.writeFrame(payload, { signal })])
      expect(Buffer.compare(received ?? new Uint8Array(9), payload)).toBe(0)
      const [echoed] = await Promise.all([here.readFrame({ signal }), there.writeFrame(payload, { signal })])
      expect(echoed).toHaveLength(size)
    }
  })

  it('gives frames as they were sent, wherever the bytes are cut', async () => {
    const { framed, bare } = await halfFramed()
    const cases = fc.sample(
      fc.tuple(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 8 }), fc.integer({ min: 1, max: 300 })),
      40
    )
    for (const [frames, step] of cases) {
      const wire = Buffer.concat(frames.map((frame) => encode.single(frame).subarray()))
      for (let at = 0; at < wire.length; at += step) bare.send(wire.subarray(at, at + step))
      for (const frame of frames) expect(await framed.readFrame({ signal })).toEqual(frame)
    }
  })

  it('says where it comes from', async () => {
    const { here, there } = await framedPair()
    expect(there).toMatchObject({ remotePeerId: b.host.peerId, remoteAddress: '127.0.0.1', localAddress: '127.0.0.1' })
    expect(here).toMatchObject({ remotePeerId: a.host.peerId, remoteAddress: '127.0.0.1', localAddress: '127.0.0.1' })
  })

  it('reads null after the other side closed its end, and can still write', async () => {
    const { here, there } = await framedPair()
    await here.writeFrame(new Uint8Array([1]), { signal })
    await here.closeWrite()
    expect(await there.readFrame({ signal })).toEqual(new Uint8Array([1]))
    expect(await there.readFrame({ signal })).toBeNull()
    await there.writeFrame(new Uint8Array([2]), { signal })
    expect(await here.readFrame({ signal })).toEqual(new Uint8Array([2]))
    await there.close()
    expect(await here.readFrame({ signal })).toBeNull()
    expect(await Promise.all([here.ended, there.ended])).toEqual([null, null])
  })

  it('holds the writer back while nobody reads, then delivers everything in order', async () => {
    const { here, there } = await framedPair()
    const total = 256
    let written = 0
    const writing = (async () => {
      for (; written < total; written++) {
        const payload = new Uint8Array(256 * 1024)
        new DataView(payload.buffer).setUint32(0, written)
        await here.writeFrame(payload, { signal })
      }
    })()
    await expect.poll(() => written, { timeout: 5000 }).toBeGreaterThan(0)
    let before = -1
    await expect
      .poll(
        () => {
          const stalled = written === before
          before = written
          return stalled
        },
        { interval: 300, timeout: 10_000 }
      )
      .toBe(true)
    // Windows and buffers of both ends together: far below the 64 MiB that want to go.
    expect(written * 256).toBeLessThan(8 * 1024)
    for (let index = 0; index < total; index++) {
      const frame = await there.readFrame({ signal })
      expect(frame === null ? -1 : new DataView(frame.buffer, frame.byteOffset).getUint32(0)).toBe(index)
    }
    await writing
  })

  it.each([
    ['a frame far longer than the limit', Uint8Array.from([0xff, 0xff, 0x7f, 1, 2, 3])],
    ['a frame one byte longer than the limit', Uint8Array.from([0x81, 0x80, 0x40])],
    ['a length of four bytes', Uint8Array.from([0xff, 0xff, 0xff, 0x01])],
    ['a length that never ends', Uint8Array.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80])],
    ['a length that is no varint', Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0xff])]
  ])('ends at %s', async (_id, bytes) => {
    const { framed, bare } = await halfFramed()
    bare.send(bytes)
    await expect(framed.readFrame({ signal })).rejects.toMatchObject({ code: 'PEER_PROTOCOL' })
    expect(await framed.ended).toBeInstanceOf(Error)
  })

  it('ends where the stream stops inside a frame', async () => {
    const { framed, bare } = await halfFramed()
    bare.send(Uint8Array.from([10, 1, 2, 3]))
    await bare.close()
    await expect(framed.readFrame({ signal })).rejects.toMatchObject({ code: 'PEER_PROTOCOL' })
  })

  it('ends where a frame comes by drips', async () => {
    const { framed, bare } = await halfFramed()
    const reading = framed.readFrame({ signal })
    bare.send(Uint8Array.from([200, 1]))
    const drip = setInterval(() => bare.status === 'open' && bare.send(new Uint8Array(1)), 20)
    try {
      await expect(reading).rejects.toMatchObject({ code: 'PEER_PROTOCOL', message: expect.stringContaining('slowly') })
    } finally {
      clearInterval(drip)
    }
    expect(await framed.ended).toBeInstanceOf(Error)
  })

  it.each([
    ['is not JSON', new TextEncoder().encode('{"a":')],
    ['is not UTF-8', Uint8Array.from([0xff, 0xfe])],
    ['has the wrong shape', new TextEncoder().encode('{"a":"text"}')],
    ['has more than asked for', new TextEncoder().encode('{"a":1,"b":2}')]
  ])('refuses a message that %s', async (_id, payload) => {
    const { here, there } = await framedPair()
    await here.writeFrame(payload, { signal })
    const reading = there.readJson(z.strictObject({ a: z.number() }), { signal })
    await expect(reading).rejects.toMatchObject({ code: 'PEER_PROTOCOL' })
  })

  it('gives up a read when its signal aborts, and goes on afterwards', async () => {
    const { here, there } = await framedPair()
    const stop = new AbortController()
    const reading = there.readFrame({ signal: stop.signal })
    stop.abort()
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' })
    await here.writeFrame(new Uint8Array([3]), { signal })
    expect(await there.readFrame({ signal })).toEqual(new Uint8Array([3]))
  })

  it('gives what has come even to a reader that has no more time', async () => {
    const { framed, bare } = await halfFramed()
    bare.send(encode.single(new Uint8Array([4])))
    bare.send(encode.single(new Uint8Array([5])))
    expect(await framed.readFrame({ signal })).toEqual(new Uint8Array([4]))
    await expect
      .poll(() => framed.readFrame({ signal: AbortSignal.abort() }).catch(() => null))
      .toEqual(new Uint8Array([5]))
  })

  it('gives a frame half of which one reader waited for to the next one, however slow the first was', async () => {
    const clock = new ManualClock()
    await b[Symbol.asyncDispose]()
    b = await startTestPeering('b', { frameTimeoutMs: 400, clock })
    const { framed, bare } = await halfFramed()
    const stop = new AbortController()
    const reading = framed.readFrame({ signal: stop.signal })
    const idle = clock.pending
    bare.send(Uint8Array.from([2, 7]))
    // The frame has begun: its time runs.
    await expect.poll(() => clock.pending, { timeout: 5000 }).toBe(idle + 1)
    await clock.advance(399)
    stop.abort()
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' })
    // Longer than a frame may take, but nobody reads: time that does not count.
    await clock.advance(500)
    bare.send(Uint8Array.from([8]))
    expect(await framed.readFrame({ signal })).toEqual(Uint8Array.from([7, 8]))
  })

  it('is lost when the peer is silent for longer than the reader waits', async () => {
    const { there } = await framedPair()
    const reading = there.readFrame({ signal, timeoutMs: 30 })
    await expect(reading).rejects.toMatchObject({ code: 'PEER_LOST', details: { silent: true } })
  })

  it.each(['here', 'there'] as const)('waits no longer to close politely where it is reset %s', async (end) => {
    const clock = new ManualClock()
    await b[Symbol.asyncDispose]()
    b = await startTestPeering('b', { clock })
    const ends = await framedPair()
    const idle = clock.pending
    // Nobody reads: most of it cannot be sent.
    const writing = [1, 2, 3].map(() => ends.here.writeFrame(new Uint8Array(maxFrameBytes), { signal }))
    const closing = ends.here.close()
    expect(clock.pending).toBe(idle + 1)
    ends[end].abort(new Error('no more'))
    const written = await Promise.allSettled(writing)
    expect(written.map(({ status }) => status)).toEqual(Array(3).fill('rejected'))
    await closing
    expect(clock.pending).toBe(idle)
  })

  it('tells both sides at once when it is reset', async () => {
    const { here, there } = await framedPair()
    const reading = there.readFrame({ signal })
    here.abort(new Error('no more'))
    await expect(reading).rejects.toMatchObject({ code: 'PEER_LOST' })
    await expect(here.writeFrame(new Uint8Array(1), { signal })).rejects.toMatchObject({ code: 'PEER_LOST' })
    expect(await there.ended).toBeInstanceOf(Error)
  })
})
