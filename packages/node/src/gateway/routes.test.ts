import { BaseError, type ErrorCode } from '@unhosted/core/errors'
import { inferenceRoutes } from '@unhosted/core/openai'
import { describe, expect, it } from 'vitest'
import { answer, fakeDispatcher, testGateway, tinyId } from './testing/gateway.ts'

const headers = { host: 'localhost:7777', 'content-type': 'application/json' }
const whole = '{"choices":[],"model":"engine-name","usage":{}}'
const ok = fakeDispatcher(async () => answer([whole]))

describe('routes that models answer', () => {
  it.each(inferenceRoutes)('POST $path reaches the engine as $upstreamPath, body unchanged', async (route) => {
    const dispatcher = fakeDispatcher(async () => answer([whole]))
    await using test = testGateway(dispatcher)
    const payload = '{ "model":"tiny",\n "x":1e400, "__proto__":{"stream":true}, "text":"\\ud83d\\ude00 ünïcode" }'
    const response = await test.gateway.app.inject({ method: 'POST', url: `${route.path}?beta=true`, headers, payload })
    expect(response.statusCode).toBe(200)
    expect(response.headers['x-unhosted-served-by']).toBe('laptop; peer=12D3KooWtest')
    expect(response.headers['x-request-id']).toMatch(/^req_[0-9a-f]{24}$/)
    const [asked] = dispatcher.asked
    expect(asked).toMatchObject({ path: route.upstreamPath, model: 'tiny', stream: false, from: 'client' })
    expect(Buffer.from(asked?.body ?? []).toString()).toBe(payload)
    await expect.poll(() => test.events).toMatchObject([{ path: route.path, status: 200, servedBy: 'laptop' }])
  })

  it('ignores stream where an endpoint has none', async () => {
    const dispatcher = fakeDispatcher(async () => answer(['{"data":[]}']))
    await using test = testGateway(dispatcher)
    const payload = { model: 'tiny', stream: true, input: 'x' }
    const response = await test.gateway.app.inject({ method: 'POST', url: '/v1/embeddings', headers, payload })
    expect(response.json()).toEqual({ data: [] })
    expect(dispatcher.asked[0]?.stream).toBe(false)
  })

  it('passes on what the engine needs of the headers, and no secret', async () => {
    const dispatcher = fakeDispatcher(async () => answer([whole]))
    await using test = testGateway(dispatcher)
    await test.gateway.app.inject({
      method: 'POST',
      url: '/v1/messages',
      headers: {
        ...headers,
        authorization: 'Bearer k',
        'x-api-key': 'k',
        cookie: 'a=b',
        'anthropic-version': '2023-06-01'
      },
      payload: { model: 'tiny' }
    })
    expect(dispatcher.asked[0]?.headers).toEqual({
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01'
    })
  })

  it('takes a body without a content type, as from curl -d', async () => {
    await using test = testGateway(ok)
    const response = await test.gateway.app.inject({
      method: 'POST',
      url: '/v1/chat/completions',
      headers: { host: 'localhost', 'content-type': 'application/x-www-form-urlencoded' },
      payload: '{"model":"tiny"}'
    })
    expect(response.statusCode).toBe(200)
  })
})

describe('models and health', () => {
  it('lists what can be served, with where', async () => {
    await using test = testGateway(ok)
    const response = await test.gateway.app.inject({ method: 'GET', url: '/v1/models', headers })
    expect(response.json()).toMatchObject({
      object: 'list',
      data: [
        { id: 'tiny', object: 'model', unhosted: { holders: [{ machine: 'laptop', loaded: false }] } },
        { id: 'tiny:latest' }
      ]
    })
  })

  it.each([
    { id: 'name', reference: 'tiny' },
    { id: 'encoded name', reference: 'tiny%3Alatest' },
    { id: 'model id', reference: encodeURIComponent(tinyId) }
  ])('shows one model by its $id', async ({ reference }) => {
    await using test = testGateway(ok)
    const response = await test.gateway.app.inject({ method: 'GET', url: `/v1/models/${reference}`, headers })
    expect(response.statusCode).toBe(200)
    expect(response.json()).toMatchObject({ object: 'model', unhosted: { model_id: tinyId } })
  })

  it('says that it is well, to GET and HEAD', async () => {
    await using test = testGateway(ok)
    const response = await test.gateway.app.inject({ method: 'GET', url: '/health', headers })
    expect(response.json()).toEqual({ status: 'ok', name: 'test machine', peer_id: '12D3KooWself' })
    expect((await test.gateway.app.inject({ method: 'HEAD', url: '/health', headers })).statusCode).toBe(200)
  })
})

describe('errors', () => {
  const thrown: readonly { code: ErrorCode; status: number; openai: string }[] = [
    { code: 'MODEL_UNKNOWN', status: 404, openai: 'model_not_found' },
    { code: 'NO_CAPACITY', status: 503, openai: 'NO_CAPACITY' },
    { code: 'ENGINE_MISSING', status: 503, openai: 'ENGINE_MISSING' },
    { code: 'ENGINE_START_FAILED', status: 503, openai: 'ENGINE_START_FAILED' },
    { code: 'ENGINE_EXITED', status: 502, openai: 'ENGINE_EXITED' },
    { code: 'PEER_UNREACHABLE', status: 502, openai: 'PEER_UNREACHABLE' },
    { code: 'PEER_LOST', status: 502, openai: 'PEER_LOST' },
    { code: 'LEASE_REFUSED', status: 503, openai: 'LEASE_REFUSED' }
  ]
  it.each(thrown)('$code of the dispatcher is $status in both formats', async ({ code, status, openai }) => {
    const dispatcher = fakeDispatcher(async () => {
      throw new BaseError(code, 'What happened.', { advice: 'What to do.' })
    })
    await using test = testGateway(dispatcher)
    const post = (url: string, stream: boolean) =>
      test.gateway.app.inject({ method: 'POST', url, headers, payload: { model: 'tiny', stream } })
    for (const stream of [false, true]) {
      const response = await post('/v1/chat/completions', stream)
      expect(response.statusCode).toBe(status)
      expect(response.json()).toMatchObject({ error: { code: openai, message: 'What happened. What to do.' } })
      expect(response.headers['content-type']).toContain('application/json')
    }
    const anthropic = await post('/v1/messages', false)
    expect(anthropic.statusCode).toBe(status)
    expect(anthropic.json()).toMatchObject({ type: 'error', error: { message: 'What happened. What to do.' } })
    await expect.poll(() => test.events.map((event) => event.status)).toEqual([status, status, status])
  })

  it('a fault tells the client nothing of its inside', async () => {
    const dispatcher = fakeDispatcher(async () => {
      throw new TypeError('secret')
    })
    await using test = testGateway(dispatcher)
    const response = await test.gateway.app.inject({
      method: 'POST',
      url: '/v1/completions',
      headers,
      payload: { model: 'tiny' }
    })
    expect(response.statusCode).toBe(500)
    expect(response.json()).toMatchObject({ error: { code: 'INTERNAL' } })
    expect(response.body).not.toContain('secret')
  })

  it('an error answer of the engine becomes one of ours, streaming or not', async () => {
    const body = JSON.stringify({
      error: { code: 400, message: 'm', type: 'exceed_context_size_error', n_ctx: 8, n_prompt_tokens: 9 }
    })
    await using test = testGateway(fakeDispatcher(async () => answer([body], { status: 400 })))
    for (const stream of [false, true]) {
      const payload = { model: 'tiny', stream }
      const response = await test.gateway.app.inject({ method: 'POST', url: '/v1/chat/completions', headers, payload })
      expect(response.statusCode).toBe(400)
      expect(response.json()).toMatchObject({
        error: { code: 'context_length_exceeded', message: expect.stringContaining('has 9 tokens') }
      })
    }
  })

  const bodies: readonly {
    id: string
    payload: string
    status: number
    message: string
    more?: Record<string, string>
  }[] = [
    { id: 'an empty body', payload: '', status: 400, message: 'it is empty' },
    { id: 'cut JSON', payload: '{"model":"tiny"', status: 400, message: 'not valid JSON' },
    { id: 'no object', payload: '[1]', status: 400, message: 'not a JSON object' },
    { id: 'no model', payload: '{}', status: 400, message: 'names no model' },
    { id: 'a wrong model', payload: '{"model":{}}', status: 400, message: '"model" is not a text' },
    { id: 'a wrong stream', payload: '{"model":"tiny","stream":1}', status: 400, message: '"stream" is not' },
    { id: 'a polluted prototype', payload: '{"__proto__":{"model":"tiny"}}', status: 400, message: 'names no model' },
    {
      id: 'nesting that kills the engine',
      payload: `{"model":"tiny","a":${'['.repeat(200)}${']'.repeat(200)}}`,
      status: 400,
      message: 'nested deeper'
    },
    {
      id: 'a zipped body',
      payload: '{"model":"tiny"}',
      status: 400,
      message: 'Compressed',
      more: { 'content-encoding': 'gzip' }
    },
    {
      id: 'too large a body',
      payload: `{"model":"tiny","a":"${'a'.repeat(5000)}"}`,
      status: 413,
      message: 'larger than'
    }
  ]
  it.each(bodies)('$id is refused before any machine is asked', async ({ payload, status, message, more }) => {
    const dispatcher = fakeDispatcher(async () => answer([whole]))
    await using test = testGateway(dispatcher, { limits: { maxBodyBytes: 4096 } })
    for (const [url, outer] of [
      ['/v1/chat/completions', undefined],
      ['/v1/messages', 'error']
    ] as const) {
      const response = await test.gateway.app.inject({ method: 'POST', url, headers: { ...headers, ...more }, payload })
      expect(response.statusCode).toBe(status)
      expect(response.json().type).toBe(outer)
      expect(response.json().error.message).toContain(message)
    }
    expect(dispatcher.asked).toEqual([])
  })

  it('does not repeat the body in what it says of broken JSON', async () => {
    await using test = testGateway(ok)
    const payload = '{"model":"tiny","messages":[{"content":"my secret"}], oops}'
    const response = await test.gateway.app.inject({ method: 'POST', url: '/v1/chat/completions', headers, payload })
    expect(response.json().error.message).toContain('at character')
    expect(response.body).not.toContain('secret')
  })

  it.each([
    { id: 'an unknown path', method: 'POST', url: '/v1/images', advice: '/v1/chat/completions', type: undefined },
    { id: 'the wrong method', method: 'GET', url: '/v1/chat/completions', advice: 'takes POST', type: undefined },
    {
      id: 'an unknown path of messages',
      method: 'POST',
      url: '/v1/messages/batches',
      advice: '/v1/messages',
      type: 'error'
    },
    { id: 'engine internals', method: 'GET', url: '/slots', advice: 'Endpoints', type: undefined },
    { id: 'engine properties', method: 'POST', url: '/props', advice: 'Endpoints', type: undefined }
  ] as const)('$id is ROUTE_UNKNOWN', async ({ method, url, advice, type }) => {
    await using test = testGateway(ok)
    const response = await test.gateway.app.inject({ method, url, headers })
    expect(response.statusCode).toBe(404)
    expect(response.json().error).toMatchObject({
      unhosted_code: 'ROUTE_UNKNOWN',
      message: expect.stringContaining(advice)
    })
    expect(response.json().type).toBe(type)
  })

  it('an unknown model by GET is MODEL_UNKNOWN', async () => {
    await using test = testGateway(ok)
    const response = await test.gateway.app.inject({ method: 'GET', url: '/v1/models/absent', headers })
    expect(response.statusCode).toBe(404)
    expect(response.json()).toMatchObject({ error: { code: 'model_not_found' } })
  })
})
