import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { BaseError } from '@unhosted/core/errors'
import { createSseDecoder, encodeEvent, type SseEvent } from '@unhosted/core/openai'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../base/testing/manual-clock.ts'
import {
  answer,
  chunksThen,
  type Dispatch,
  fakeDispatcher,
  placement,
  type TestGateway,
  testGateway,
  untilAborted
} from './testing/gateway.ts'

const never = new AbortController().signal
const delta = (content: string): string =>
  encodeEvent({ event: null, data: JSON.stringify({ choices: [{ delta: { content } }], model: 'alias' }) })
const done = 'data: [DONE]\n\n'
const lost = new BaseError('PEER_LOST', 'mini was lost.', { advice: 'Ask again.' })

interface Client extends Disposable {
  readonly response: IncomingMessage
  text: string
  /** Text until `needle` is in it. */
  until(needle: string): Promise<string>
  readonly ended: Promise<'whole' | 'broken'>
}

async function ask(test: TestGateway, path: string, body: object): Promise<Client> {
  await test.gateway.start(never)
  const { endpoint } = test.gateway
  const outgoing = httpRequest(`${endpoint}${path}`, { method: 'POST', agent: false })
  outgoing.end(JSON.stringify({ model: 'tiny', ...body }))
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  response.setEncoding('utf8')
  const ended = new Promise<'whole' | 'broken'>((resolve) => {
    response.once('end', () => resolve('whole'))
    response.once('error', () => resolve('broken'))
  })
  const client: Client = {
    response,
    text: '',
    ended,
    async until(needle) {
      while (!client.text.includes(needle)) {
        if ((await Promise.race([once(response, 'data'), ended])) === 'whole') break
      }
      return client.text
    },
    [Symbol.dispose]: () => outgoing.destroy()
  }
  response.on('data', (part: string) => {
    client.text += part
  })
  return client
}

const events = (text: string): readonly SseEvent[] => createSseDecoder().push(text)

describe('streams', () => {
  it('passes each event on as it comes, under the name that was asked for', async () => {
    const next = Promise.withResolvers<void>()
    async function* body(): AsyncGenerator<string> {
      yield delta('one')
      await next.promise
      yield delta('two') + done
    }
    await using test = testGateway(fakeDispatcher(async () => answer(body(), { contentType: 'text/event-stream' })))
    using client = await ask(test, '/v1/chat/completions', { stream: true })
    expect(await client.until('one')).not.toContain('two')
    next.resolve()
    expect(await client.ended).toBe('whole')
    expect(client.text).toBe((delta('one') + delta('two') + done).replaceAll('alias', 'tiny'))
    expect(client.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'x-unhosted-served-by': 'laptop; peer=12D3KooWtest',
      'x-unhosted-plan': 'solo CPU'
    })
  })

  it('keeps a client alive while a model loads, and says at once who will serve', async () => {
    const loaded = Promise.withResolvers<void>()
    const placed = Promise.withResolvers<void>()
    const clock = new ManualClock()
    const dispatcher = fakeDispatcher(async (_request, { onPlacement }) => {
      onPlacement(placement)
      placed.resolve()
      await loaded.promise
      return answer([delta('hi'), done])
    })
    await using test = testGateway(dispatcher, { clock })
    const asked = ask(test, '/v1/chat/completions', { stream: true })
    await placed.promise
    expect(clock.remaining).toEqual([1500])
    await clock.advance(1500)
    using client = await asked
    expect(client.response.headers['x-unhosted-served-by']).toBe('laptop; peer=12D3KooWtest')
    expect(await client.until('\n\n')).toBe(': waiting for tiny on laptop\n\n')
    expect(clock.remaining).toEqual([5000])
    await clock.advance(5000)
    await client.until('laptop\n\n: waiting')
    loaded.resolve()
    expect(await client.ended).toBe('whole')
    expect(events(client.text).at(-1)?.data).toBe('[DONE]')
    await expect.poll(() => clock.pending).toBe(0)
  })

  it('promises nothing before it is known who will serve, so that errors keep their status', async () => {
    const clock = new ManualClock()
    const asked = Promise.withResolvers<void>()
    const unknown = Promise.withResolvers<never>()
    const dispatcher = fakeDispatcher(() => {
      asked.resolve()
      return unknown.promise
    })
    await using test = testGateway(dispatcher, { clock })
    const response = ask(test, '/v1/chat/completions', { stream: true })
    await asked.promise
    await clock.advance(1500)
    unknown.reject(new BaseError('MODEL_UNKNOWN', 'No.', { advice: 'Look.' }))
    using client = await response
    expect(client.response.statusCode).toBe(404)
    await expect.poll(() => clock.pending).toBe(0)
  })

  const failures: readonly { id: string; dispatch: Dispatch; text: string; code: string }[] = [
    {
      id: 'a peer is lost in the middle',
      dispatch: async () => answer(chunksThen([delta('half'), 'data: {"cut'], lost)),
      text: 'half',
      code: 'PEER_LOST'
    },
    {
      id: 'the engine stops without an end',
      dispatch: async () => answer([delta('half')]),
      text: 'half',
      code: 'ENGINE_EXITED'
    },
    { id: 'the engine says nothing at all', dispatch: async () => answer([]), text: '', code: 'ENGINE_EXITED' },
    { id: 'the dispatcher breaks', dispatch: async () => answer(brokenBody()), text: '', code: 'INTERNAL' }
  ]
  it.each(failures)('ends with an error event when $id', async ({ dispatch, text, code }) => {
    const endpoints = [
      { path: '/v1/chat/completions', event: null },
      { path: '/v1/completions', event: null },
      { path: '/v1/responses', event: 'error' },
      { path: '/v1/messages', event: 'error' }
    ]
    for (const { path, event } of endpoints) {
      await using test = testGateway(fakeDispatcher(dispatch))
      using client = await ask(test, path, { stream: true })
      expect(await client.ended).toBe('whole')
      const begun = text !== ''
      expect(client.response.statusCode === 200).toBe(begun)
      expect(client.text).toContain(text)
      expect(client.text).toContain(code)
      if (begun) expect(events(client.text).at(-1)).toMatchObject({ event, data: expect.stringContaining(code) })
      expect(client.text).not.toContain('{"cut')
      await expect.poll(() => test.events.map(({ status }) => status >= 500)).toEqual([true])
    }
  })

  it.each([
    { id: 'a thrown error', dispatch: async (): Promise<never> => Promise.reject(lost), code: 'PEER_LOST' },
    {
      id: 'an error answer of the engine',
      dispatch: async () => answer(['{"error":{"message":"m","type":"exceed_context_size_error"}}'], { status: 400 }),
      code: 'context_length_exceeded'
    }
  ])('after a comment has gone out, $id comes as an event', async ({ dispatch, code }) => {
    const clock = new ManualClock()
    const placed = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const dispatcher = fakeDispatcher(async (_request, { onPlacement }) => {
      onPlacement(placement)
      placed.resolve()
      await go.promise
      return dispatch()
    })
    await using test = testGateway(dispatcher, { clock })
    const asked = ask(test, '/v1/chat/completions', { stream: true })
    await placed.promise
    await clock.advance(1500)
    using client = await asked
    go.resolve()
    expect(await client.ended).toBe('whole')
    expect(JSON.parse(events(client.text)[0]?.data ?? '')).toMatchObject({ error: { code } })
  })

  it('breaks the connection where half an answer that is no stream is out', async () => {
    const received = Promise.withResolvers<void>()
    async function* body(): AsyncGenerator<string> {
      yield '{"data":['
      await received.promise
      throw lost
    }
    await using test = testGateway(fakeDispatcher(async () => answer(body())))
    using client = await ask(test, '/v1/embeddings', { input: 'x' })
    expect(await client.until('[')).toBe('{"data":[')
    received.resolve()
    expect(await client.ended).toBe('broken')
  })

  it('tells running streams that the daemon stops', async () => {
    const dispatcher = fakeDispatcher(async (_request, { signal }) => {
      async function* body(): AsyncGenerator<string> {
        yield delta('one')
        await untilAborted(signal)
      }
      return answer(body())
    })
    await using test = testGateway(dispatcher)
    using client = await ask(test, '/v1/chat/completions', { stream: true })
    await client.until('one')
    await test.gateway.stop()
    expect(await client.ended).toBe('whole')
    expect(events(client.text).at(-1)?.data).toContain('The daemon is stopping.')
  })
})

async function* brokenBody(): AsyncGenerator<string> {
  yield await Promise.reject(new TypeError('broken'))
}

describe('clients that go', () => {
  it.each([
    { id: 'while the model loads', stream: true, chunks: 0 },
    { id: 'while an answer is made that is no stream', stream: false, chunks: 0 },
    { id: 'in the middle of a stream', stream: true, chunks: 1 }
  ])('stop the work at once: $id', async ({ stream, chunks }) => {
    const working = Promise.withResolvers<void>()
    const stopped = Promise.withResolvers<void>()
    const dispatcher = fakeDispatcher(async (_request, { signal, onPlacement }) => {
      onPlacement(placement)
      signal.addEventListener('abort', () => stopped.resolve(), { once: true })
      if (chunks === 0) {
        working.resolve()
        return untilAborted(signal)
      }
      async function* body(): AsyncGenerator<string> {
        yield delta('one')
        working.resolve()
        await untilAborted(signal)
      }
      return answer(body())
    })
    await using test = testGateway(dispatcher)
    await test.gateway.start(never)
    const { endpoint } = test.gateway
    const outgoing = httpRequest(`${endpoint}/v1/chat/completions`, { method: 'POST', agent: false })
    outgoing.on('error', () => {})
    outgoing.end(JSON.stringify({ model: 'tiny', stream }))
    await working.promise
    outgoing.destroy()
    await stopped.promise
    await expect.poll(() => test.events.map(({ status }) => status)).toEqual([499])
  })

  /** An answer without end that counts what was taken of it. */
  const endless = () => {
    const taken = { bytes: 0, ended: Promise.withResolvers<void>() }
    const event = delta('x'.repeat(16 * 1024))
    async function* body(): AsyncGenerator<string> {
      try {
        for (;;) {
          taken.bytes += event.length
          yield event
        }
      } finally {
        taken.ended.resolve()
      }
    }
    return { taken, dispatcher: fakeDispatcher(async () => answer(body())) }
  }

  const slowClient = async (test: TestGateway): Promise<Socket> => {
    await test.gateway.start(never)
    const { endpoint } = test.gateway
    const socket = connect(Number(new URL(endpoint).port), '127.0.0.1')
    await once(socket, 'connect')
    const body = '{"model":"tiny","stream":true}'
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    )
    await once(socket, 'readable')
    return socket
  }

  it('a slow client holds the answer back instead of filling memory', async () => {
    const { taken, dispatcher } = endless()
    await using test = testGateway(dispatcher)
    const socket = await slowClient(test)
    try {
      // Nothing is read: what was taken stops growing once the buffers of the system are full.
      let before = -1
      await expect
        .poll(
          () => {
            const same = taken.bytes === before
            before = taken.bytes
            return same
          },
          { interval: 100, timeout: 5000 }
        )
        .toBe(true)
      expect(taken.bytes).toBeLessThan(16 * 1024 * 1024)
      const stalledAt = taken.bytes
      socket.resume()
      await expect.poll(() => taken.bytes).toBeGreaterThan(stalledAt + 1024 * 1024)
    } finally {
      socket.destroy()
    }
    await taken.ended.promise
  })

  it('a client that takes nothing for too long is given up', async () => {
    const { taken, dispatcher } = endless()
    const clock = new ManualClock()
    await using test = testGateway(dispatcher, { clock })
    const socket = await slowClient(test)
    try {
      await expect.poll(() => clock.remaining).toEqual([120_000])
      await clock.advance(120_000)
      await taken.ended.promise
      await expect.poll(() => test.events.map(({ status }) => status)).toEqual([499])
    } finally {
      socket.destroy()
    }
  })
})
