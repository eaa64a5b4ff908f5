import { once } from 'node:events'
import { BaseError } from '@unhosted/core/errors'
import { defaultGrants } from '@unhosted/core/peers'
import { inferProtocol, inferSilenceMs, maxInferBodyBytes } from '@unhosted/core/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../base/index.ts'
import { silentLog } from '../log/index.ts'
import type { FramedStream } from '../p2p/types.ts'
import { type HostPair, hostPairs, ManualClock } from '../pool/testing/index.ts'
import { askPeer } from './peer-inference-client.ts'
import {
  createPeerInferenceServer,
  defaultPeerInferenceLimits,
  type PeerInferenceLimits
} from './peer-inference-server.ts'
import type { Dispatcher, InferenceRequest, Placement } from './types.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

function requestFor(change: Partial<InferenceRequest> = {}): InferenceRequest {
  return {
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', cookie: 'stays behind' },
    body: bytes(JSON.stringify({ model: 'tiny', stream: true })),
    model: 'tiny',
    stream: true,
    from: 'client',
    ...change
  }
}

type Serve = (
  request: InferenceRequest,
  options: { signal: AbortSignal; onPlacement: (placement: Placement) => void; placement: Placement }
) => AsyncIterable<Uint8Array>

async function setup(
  makePair: () => Promise<HostPair>,
  serve: Serve,
  options: {
    readonly limits?: Partial<PeerInferenceLimits>
    readonly clock?: ManualClock
    readonly loading?: Promise<void>
  } = {}
) {
  const pair = await makePair()
  cleanups.push(() => pair.stop())
  const placement: Placement = {
    modelId: 'a'.repeat(64),
    modelName: 'tiny',
    servedBy: { peerId: pair.lender.peerId, machine: 'lender' },
    plan: 'solo CPU'
  }
  const seen: InferenceRequest[] = []
  const dispatch: Dispatcher['dispatch'] = async (request, dispatchOptions) => {
    seen.push(request)
    dispatchOptions.onPlacement(placement)
    await options.loading
    const headers = { 'content-type': 'text/event-stream', 'x-internal': 'stays behind' }
    const body = serve(request, { ...dispatchOptions, placement })
    return { status: 200, headers, body, placement }
  }
  const server = createPeerInferenceServer({
    host: pair.lender,
    dispatch,
    clock: options.clock ?? systemClock,
    log: silentLog,
    limits: { ...defaultPeerInferenceLimits, ...options.limits }
  })
  await server.start(new AbortController().signal)
  cleanups.push(() => server.stop())
  const placements: Placement[] = []
  const ask = (request = requestFor(), signal = new AbortController().signal) =>
    askPeer(pair.head, pair.lender.peerId, request, { signal, onPlacement: (found) => placements.push(found) })
  const open = (): Promise<FramedStream> =>
    pair.head.open(pair.lender.peerId, inferProtocol, { signal: new AbortController().signal })
  return { pair, server, ask, open, seen, placement, placements }
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<string> {
  let all = ''
  for await (const chunk of body) all += text(chunk)
  return all
}

const hello: Serve = async function* () {
  yield bytes('hello ')
  yield bytes('world')
}

/** Never ends by itself. */
const endless: Serve = async function* (_request, { signal }) {
  yield bytes('first')
  if (!signal.aborted) await once(signal, 'abort')
  throw new BaseError('CANCELLED', 'gone', { advice: '' })
}

describe.each(hostPairs)('whole requests over $name hosts', ({ make }) => {
  it('brings the request there and the answer back', async () => {
    const { ask, seen, pair, placement } = await setup(make, hello)
    const body = bytes(JSON.stringify({ model: 'tiny', stream: true, padding: 'x'.repeat(1_000_000) }))
    const response = await ask(requestFor({ body }))
    expect(response).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream' }, placement })
    expect(response.headers).not.toHaveProperty('x-internal')
    expect(await collect(response.body)).toBe('hello world')
    expect(seen).toMatchObject([
      {
        path: '/v1/chat/completions',
        headers: { 'content-type': 'application/json' },
        model: 'tiny',
        stream: true,
        from: { peerId: pair.head.peerId }
      }
    ])
    expect(seen[0]?.headers).not.toHaveProperty('cookie')
    expect(text(seen[0]?.body ?? new Uint8Array())).toBe(text(body))
  })

  it('passes each piece on at once, and waits for a reader that is slow', async () => {
    let produced = 0
    const { ask } = await setup(make, async function* () {
      for (; produced < 2000; produced += 1) yield new Uint8Array(32 * 1024)
    })
    const response = await ask()
    const iterator = response.body[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toHaveLength(32 * 1024)
    let before = -1
    // Back-pressure: the source comes to rest long before its 64 MB are out.
    await vi.waitFor(() => {
      const now = produced
      const rests = now === before
      before = now
      expect(rests).toBe(true)
    })
    expect(produced).toBeLessThan(400)
    await iterator.return?.()
  })

  it('tells of the placement before the answer begins', async () => {
    const loading = Promise.withResolvers<void>()
    const { ask, placements, placement } = await setup(make, hello, { loading: loading.promise })
    const asked = ask()
    await vi.waitFor(() => expect(placements).toEqual([placement]))
    loading.resolve()
    expect(await collect((await asked).body)).toBe('hello world')
  })

  it('stops the work when the asking side aborts', async () => {
    const aborted = Promise.withResolvers<void>()
    const { ask, server } = await setup(make, (request, options) => {
      options.signal.addEventListener('abort', () => aborted.resolve(), { once: true })
      return endless(request, options)
    })
    const controller = new AbortController()
    const response = await ask(requestFor(), controller.signal)
    const iterator = response.body[Symbol.asyncIterator]()
    await iterator.next()
    controller.abort()
    await aborted.promise
    await expect(iterator.next()).rejects.toMatchObject({ code: 'CANCELLED' })
    await vi.waitFor(() => expect(server.active).toBe(0))
  })

  it('stops the work when the reader leaves', async () => {
    const aborted = Promise.withResolvers<void>()
    const { ask } = await setup(make, (request, options) => {
      options.signal.addEventListener('abort', () => aborted.resolve(), { once: true })
      return endless(request, options)
    })
    const response = await ask()
    for await (const chunk of response.body) {
      expect(text(chunk)).toBe('first')
      break
    }
    await aborted.promise
  })

  it('never takes a cut answer for a whole one', async () => {
    const { ask } = await setup(make, async function* () {
      yield bytes('half')
      throw new BaseError('ENGINE_EXITED', 'The engine ended.\u0007', { advice: 'Ask again.' })
    })
    const response = await ask()
    await expect(collect(response.body)).rejects.toMatchObject({
      code: 'ENGINE_EXITED',
      message: 'The engine ended.',
      advice: 'Ask again.'
    })
  })

  it('reports the serving side as lost when it stops in mid-answer', async () => {
    const { ask, server } = await setup(make, endless)
    const response = await ask()
    const iterator = response.body[Symbol.asyncIterator]()
    await iterator.next()
    const next = iterator.next()
    const stopped = server.stop()
    await expect(next).rejects.toMatchObject({ code: 'PEER_LOST' })
    await stopped
  })

  it('refuses a peer without the grant, and says so', async () => {
    const { ask, pair, seen } = await setup(make, hello)
    await pair.setLenderGrants({ ...defaultGrants.local, infer: false })
    await expect(ask()).rejects.toMatchObject({ code: 'PEER_REFUSED' })
    expect(seen).toEqual([])
  })

  it('refuses more requests at once than one peer may have', async () => {
    const { ask } = await setup(make, endless, { limits: { maxPerPeer: 2 } })
    const responses = [await ask(), await ask()]
    await expect(ask()).rejects.toMatchObject({ code: 'NO_CAPACITY' })
    for (const response of responses) await response.body[Symbol.asyncIterator]().return?.()
  })

  it('keeps room for others while one opens streams and says nothing', async () => {
    const { ask, open } = await setup(make, hello, { limits: { maxRequests: 1 } })
    for (let index = 0; index < 4; index += 1) await open()
    expect(await ask()).toMatchObject({ status: 200 })
  })

  it('refuses bodies beyond what may be held at once', async () => {
    const { ask } = await setup(make, hello, { limits: { maxBodyBytes: 10 } })
    await expect(ask()).rejects.toMatchObject({ code: 'NO_CAPACITY' })
  })

  it.each([
    ['a path that peers do not serve', requestFor({ path: '/slots' }), 'ROUTE_UNKNOWN'],
    ['too large a body', requestFor({ body: new Uint8Array(maxInferBodyBytes + 1) }), 'REQUEST_TOO_LARGE'],
    ['a body that is not JSON', requestFor({ body: bytes('{') }), 'REQUEST_MALFORMED']
  ])('refuses %s', async (_id, request, code) => {
    const { ask } = await setup(make, hello)
    await expect(ask(request)).rejects.toMatchObject({ code })
  })

  const header = { path: '/v1/completions', headers: {}, bodyBytes: 4 }
  it.each<[string, (stream: FramedStream, signal: AbortSignal) => Promise<void>]>([
    ['garbage', (stream, signal) => stream.writeFrame(bytes('\u0000\u0001garbage'), { signal })],
    ['an unknown field', (stream, signal) => stream.writeJson({ ...header, extra: 1 }, { signal })],
    ['a foreign path', (stream, signal) => stream.writeJson({ ...header, path: '/slots/0' }, { signal })],
    [
      'a header of another kind',
      (stream, signal) => stream.writeJson({ ...header, headers: { host: 'x' } }, { signal })
    ],
    [
      'a header with a line break',
      (stream, signal) => stream.writeJson({ ...header, headers: { accept: 'a\r\nb: c' } }, { signal })
    ],
    [
      'a body announced as too large',
      (stream, signal) => stream.writeJson({ ...header, bodyBytes: maxInferBodyBytes + 1 }, { signal })
    ],
    ['a negative body', (stream, signal) => stream.writeJson({ ...header, bodyBytes: -1 }, { signal })],
    ['an end at once', (stream) => stream.closeWrite()]
  ])('closes the stream on %s', async (_id, act) => {
    const { open, seen, server } = await setup(make, hello)
    const { signal } = new AbortController()
    const stream = await open()
    await act(stream, signal)
    await stream.ended
    await vi.waitFor(() => expect(server.active).toBe(0))
    expect(seen).toEqual([])
  })

  it.each<[string, readonly string[], boolean]>([
    ['longer than announced', ['{}{}{}'], false],
    ['shorter than announced', ['{}'], true],
    ['in empty pieces', ['', ''], false]
  ])('refuses a body %s', async (_id, frames, end) => {
    const { open, seen } = await setup(make, hello)
    const { signal } = new AbortController()
    const stream = await open()
    await stream.writeJson(header, { signal })
    for (const frame of frames) await stream.writeFrame(bytes(frame), { signal })
    if (end) await stream.closeWrite()
    const answer = await stream.readFrame({ signal, timeoutMs: 2000 })
    expect(JSON.parse(text(answer?.subarray(1) ?? bytes('{}')))).toMatchObject({
      type: 'end',
      error: { code: 'PEER_PROTOCOL' }
    })
    expect(seen).toEqual([])
    stream.abort(new Error('done'))
  })

  it('gives up on a header that does not come', async () => {
    const { open, server } = await setup(make, hello, { limits: { headerMs: 50 } })
    const stream = await open()
    await stream.ended
    await vi.waitFor(() => expect(server.active).toBe(0))
  })

  it('gives up on a body that drips', async () => {
    const clock = new ManualClock()
    const { open, seen, server } = await setup(make, hello, { clock })
    const { signal } = new AbortController()
    const stream = await open()
    await stream.writeJson({ ...header, bodyBytes: 1000 }, { signal })
    // The keepalive, and the time limit of the body.
    await vi.waitFor(() => expect(clock.pending).toBe(2))
    for (let i = 0; i < 7; i += 1) {
      await stream.writeFrame(bytes('x'), { signal })
      await clock.advance(10_000)
    }
    await vi.waitFor(() => expect(server.active).toBe(0))
    expect(seen).toEqual([])
    expect(clock.pending).toBe(0)
    stream.abort(new Error('done'))
  })

  it('keeps a waiting client alive while a model loads', async () => {
    const clock = new ManualClock()
    const loaded = Promise.withResolvers<void>()
    const { ask, seen } = await setup(
      make,
      async function* () {
        await loaded.promise
        yield bytes('late')
      },
      { clock }
    )
    const response = await ask()
    expect(seen).toHaveLength(1)
    await clock.advance(3 * inferSilenceMs)
    loaded.resolve()
    expect(await collect(response.body)).toBe('late')
  })

  it.each<[string, (stream: FramedStream, signal: AbortSignal) => Promise<void>, string]>([
    ['garbage', (stream, signal) => stream.writeFrame(bytes('\u0007what'), { signal }), 'PEER_PROTOCOL'],
    ['a body without a head', (stream, signal) => stream.writeFrame(bytes('\u0001body'), { signal }), 'PEER_PROTOCOL'],
    [
      'an end without a head',
      (stream, signal) => stream.writeFrame(bytes('\u0000{"type":"end","error":null}'), { signal }),
      'PEER_PROTOCOL'
    ],
    [
      'a code that nobody knows',
      (stream, signal) =>
        stream.writeFrame(bytes('\u0000{"type":"end","error":{"code":"toString","message":"m","advice":"a"}}'), {
          signal
        }),
      'PEER_PROTOCOL'
    ],
    [
      'a reset',
      async (stream, signal) => {
        // At once, it would be a refusal to speak the protocol at all.
        await stream.readFrame({ signal })
        stream.abort(new Error('no'))
      },
      'PEER_LOST'
    ]
  ])('survives a serving side that sends %s', async (_id, act, code) => {
    const pair = await make()
    cleanups.push(() => pair.stop())
    pair.lender.handle(inferProtocol, async (stream, { signal }) => {
      await act(stream, signal)
      await stream.ended
    })
    const asked = askPeer(pair.head, pair.lender.peerId, requestFor(), {
      signal: new AbortController().signal,
      onPlacement: () => {}
    })
    await expect(asked).rejects.toMatchObject({ code })
  })
})
