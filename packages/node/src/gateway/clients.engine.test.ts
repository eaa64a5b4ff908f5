import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { crash, type RealEngine, startRealEngine } from './testing/engine.ts'
import { type TestGateway, testGateway } from './testing/gateway.ts'

// The official clients, unchanged but for the address, over the real engine and the demo model.

const never = new AbortController().signal
/** A first run may build the engine. */
const setUpMs = 600_000
/** Real tokens on a machine that does other things too. */
vi.setConfig({ testTimeout: 60_000 })
const model = 'tiny'
const user = (content: string) => ({ role: 'user' as const, content })

let engine: RealEngine
let test: TestGateway
let openai: OpenAI
let anthropic: Anthropic

beforeAll(async () => {
  engine = await startRealEngine({ signal: never })
  test = testGateway(engine.dispatcher)
  await test.gateway.start(never)
  const { endpoint } = test.gateway
  openai = new OpenAI({ baseURL: `${endpoint}/v1`, apiKey: 'none', maxRetries: 0 })
  anthropic = new Anthropic({ baseURL: endpoint, apiKey: 'none', maxRetries: 0 })
}, setUpMs)

afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await engine[Symbol.asyncDispose]()
})

const tool = {
  name: 'get_weather',
  description: 'The weather in a city',
  schema: { type: 'object' as const, properties: { city: { enum: ['Oslo', 'Rome'] } }, required: ['city'] }
}
const openaiTool = {
  type: 'function' as const,
  function: { name: tool.name, description: tool.description, parameters: tool.schema }
}

describe('openai', () => {
  it('lists and shows models', async () => {
    const names: string[] = []
    for await (const entry of openai.models.list()) names.push(entry.id)
    expect(names).toContain('tiny')
    expect((await openai.models.retrieve('tiny')).object).toBe('model')
  })

  it('chats, and says who served', async () => {
    const { data, response } = await openai.chat.completions
      .create({ model, messages: [user('hi')], max_tokens: 8, temperature: 0 })
      .withResponse()
    expect(data.model).toBe('tiny')
    expect(data.choices[0]?.message.content).not.toBe('')
    expect(data.usage?.completion_tokens).toBe(8)
    expect(response.headers.get('x-unhosted-served-by')).toContain('laptop')
  })

  it('streams the words that it would have sent whole', async () => {
    const ask = { model, messages: [user('Tell me a story.')], max_tokens: 40, temperature: 0 }
    const whole = await openai.chat.completions.create(ask)
    const stream = await openai.chat.completions.create({
      ...ask,
      stream: true,
      stream_options: { include_usage: true }
    })
    let text = ''
    let tokens = 0
    for await (const part of stream) {
      expect(part.model).toBe('tiny')
      text += part.choices[0]?.delta.content ?? ''
      tokens = part.usage?.completion_tokens ?? tokens
    }
    expect(text).toBe(whole.choices[0]?.message.content)
    expect(tokens).toBe(40)
  })

  it('calls a tool it is told to call, whole and streamed', async () => {
    const ask = {
      model,
      messages: [user('How is the weather in Oslo?')],
      tools: [openaiTool],
      tool_choice: 'required' as const,
      max_tokens: 100,
      temperature: 0
    }
    const whole = await openai.chat.completions.create(ask)
    const call = whole.choices[0]?.message.tool_calls?.[0]
    expect(call?.type === 'function' && call.function.name).toBe(tool.name)
    const stream = openai.chat.completions.stream(ask)
    const streamed = (await stream.finalChatCompletion()).choices[0]?.message.tool_calls?.[0]
    expect(streamed?.type === 'function' && streamed.function.name).toBe(tool.name)
  })

  it('answers in the shape of a JSON schema', async () => {
    const schema = {
      type: 'object',
      properties: { colour: { enum: ['red', 'green'] }, count: { type: 'integer', minimum: 1, maximum: 9 } },
      required: ['colour', 'count'],
      additionalProperties: false
    }
    const answer = await openai.chat.completions.create({
      model,
      messages: [user('Pick.')],
      response_format: { type: 'json_schema', json_schema: { name: 'pick', schema, strict: true } },
      max_tokens: 100
    })
    const picked = JSON.parse(answer.choices[0]?.message.content ?? '')
    expect(['red', 'green']).toContain(picked.colour)
    expect(picked.count).toBeGreaterThanOrEqual(1)
  })

  it('gives log probabilities', async () => {
    const answer = await openai.chat.completions.create({
      model,
      messages: [user('hi')],
      max_tokens: 3,
      logprobs: true,
      top_logprobs: 2
    })
    const tokens = answer.choices[0]?.logprobs?.content ?? []
    expect(tokens).toHaveLength(3)
    expect(tokens[0]?.top_logprobs).toHaveLength(2)
    expect(tokens[0]?.logprob).toBeLessThanOrEqual(0)
  })

  it('completes text, whole and streamed', async () => {
    const ask = { model, prompt: 'Once upon a time', max_tokens: 12, temperature: 0 }
    const whole = await openai.completions.create(ask)
    let text = ''
    for await (const part of await openai.completions.create({ ...ask, stream: true }))
      text += part.choices[0]?.text ?? ''
    expect(whole.model).toBe('tiny')
    expect(text).toBe(whole.choices[0]?.text)
  })

  it('embeds, one text and many', async () => {
    const one = await openai.embeddings.create({ model, input: 'a cat' })
    const many = await openai.embeddings.create({ model, input: ['a cat', 'a dog'] })
    expect(one.model).toBe('tiny')
    expect(many.data).toHaveLength(2)
    const [first = []] = many.data.map(({ embedding }) => embedding)
    expect(Math.hypot(...first)).toBeCloseTo(1, 3)
    expect(one.data[0]?.embedding).toHaveLength(first.length)
  })

  it('embeds a text of more tokens than a prompt is computed in at once', async () => {
    const { usage } = await openai.embeddings.create({ model, input: 'a cat and a dog '.repeat(150) })
    expect(usage.prompt_tokens).toBeGreaterThan(600)
  })

  it('responds, whole and streamed', async () => {
    const ask = { model, input: 'Tell me a story.', max_output_tokens: 20, temperature: 0 }
    const whole = await openai.responses.create(ask)
    expect(whole.model).toBe('tiny')
    expect(whole.output_text).not.toBe('')
    let text = ''
    let last = ''
    for await (const event of await openai.responses.create({ ...ask, stream: true })) {
      if (event.type === 'response.output_text.delta') text += event.delta
      if (event.type === 'response.completed') expect(event.response.model).toBe('tiny')
      last = event.type
    }
    expect(text).toBe(whole.output_text)
    expect(last).toBe('response.completed')
  })

  it('reranks over plain HTTP', async () => {
    const answer = await openai.post<{ results: unknown[]; model: string }>('/rerank', {
      body: { model, query: 'cat', documents: ['a cat', 'a dog'] }
    })
    expect(answer.model).toBe('tiny')
    expect(answer.results).toHaveLength(2)
  })

  const long = 'word '.repeat(10_000)
  const faults: readonly { id: string; ask: () => Promise<unknown>; status: number; code: string }[] = [
    {
      id: 'a prompt beyond the context',
      ask: () => openai.chat.completions.create({ model, messages: [user(long)] }),
      status: 400,
      code: 'context_length_exceeded'
    },
    {
      id: 'a prompt beyond the context, streamed',
      ask: () => openai.chat.completions.create({ model, messages: [user(long)], stream: true }),
      status: 400,
      code: 'context_length_exceeded'
    },
    {
      id: 'an embedding beyond the batch',
      ask: () => openai.embeddings.create({ model, input: long }),
      status: 400,
      code: 'context_length_exceeded'
    },
    {
      id: 'messages that are none',
      ask: () => openai.post('/chat/completions', { body: { model, messages: 'hi' } }),
      status: 400,
      code: 'REQUEST_MALFORMED'
    },
    {
      id: 'a number that is a text',
      ask: () => openai.post('/chat/completions', { body: { model, messages: [user('hi')], max_tokens: 'many' } }),
      status: 400,
      code: 'REQUEST_MALFORMED'
    },
    {
      id: 'an image for a model of texts',
      ask: () =>
        openai.chat.completions.create({
          model,
          messages: [
            { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,aaaa' } }] }
          ]
        }),
      status: 400,
      code: 'NOT_SUPPORTED'
    },
    {
      id: 'a schema that is none',
      ask: () =>
        openai.chat.completions.create({
          model,
          messages: [user('hi')],
          response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'nonsense' } } }
        }),
      status: 400,
      code: 'REQUEST_MALFORMED'
    }
  ]
  it.each(faults)('$id is an error of its own', async ({ ask, status, code }) => {
    const error = await ask().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.APIError)
    expect(error).toMatchObject({ status, code })
  })
})

describe('anthropic', () => {
  const ask = { model, max_tokens: 24, temperature: 0, messages: [user('Tell me a story.')] }

  it('answers messages, whole and streamed alike', async () => {
    const whole = await anthropic.messages.create(ask)
    expect(whole.model).toBe('tiny')
    const [block] = whole.content
    const text = block?.type === 'text' ? block.text : ''
    expect(text).not.toBe('')
    const stream = anthropic.messages.stream(ask)
    const final = await stream.finalMessage()
    expect(final.model).toBe('tiny')
    expect(await stream.finalText()).toBe(text)
    expect(final.usage.output_tokens).toBe(24)
  })

  it('uses a tool it is told to use', async () => {
    const answer = await anthropic.messages.create({
      ...ask,
      messages: [user('How is the weather in Oslo?')],
      max_tokens: 100,
      tools: [{ name: tool.name, description: tool.description, input_schema: tool.schema }],
      tool_choice: { type: 'any' }
    })
    const used = answer.content.find((block) => block.type === 'tool_use')
    expect(used?.name).toBe(tool.name)
    expect(used?.input).toHaveProperty('city')
  })

  it('counts tokens', async () => {
    const { input_tokens } = await anthropic.messages.countTokens({ model, messages: [user('hi')] })
    expect(input_tokens).toBeGreaterThan(0)
  })

  it('lists models', async () => {
    expect((await anthropic.models.list()).data.map(({ id }) => id)).toContain('tiny')
  })

  it.each([false, true])('a prompt beyond the context is its own error (stream: %s)', async (stream) => {
    const error = await anthropic.messages
      .create({ ...ask, stream, messages: [user('word '.repeat(10_000))] })
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Anthropic.BadRequestError)
    expect(error).toMatchObject({
      error: { error: { type: 'invalid_request_error', unhosted_code: 'CONTEXT_OVERFLOW' } }
    })
  })
})

describe('the engine behind it', () => {
  /** Longer than the test waits: what frees the slot is the hang-up, not the end. */
  const endless = { model, messages: [user('Tell me a story.')], max_tokens: 100_000, ignore_eos: true }

  it.each([true, false])('has its only slot free when a client hangs up (stream: %s)', async (stream) => {
    const [taken, released] = [await engine.slotsTaken(), await engine.slotsReleased()]
    const hangUp = new AbortController()
    const running = openai.chat.completions
      .create({ ...endless, stream }, { signal: hangUp.signal })
      .then(async (answer) => {
        if (Symbol.asyncIterator in answer) for await (const _ of answer) hangUp.abort()
      })
      .catch((thrown: unknown) => thrown)
    // A whole answer tells nothing before its end: the engine's log says that it has begun.
    if (!stream) {
      await expect.poll(() => engine.slotsTaken(), { interval: 20, timeout: 10_000 }).toBeGreaterThan(taken)
      hangUp.abort()
    }
    await running
    // Streams notice at the next token; for other answers the engine looks for its client once a second.
    await expect.poll(() => engine.slotsReleased(), { interval: 20, timeout: 2000 }).toBe(released + 1)
    await openai.chat.completions.create({ model, messages: [user('hi')], max_tokens: 1 })
  })

  it('may die in the middle: the stream ends with an error, never as if it were whole', async () => {
    const stream = await openai.chat.completions.create({ ...endless, stream: true })
    const read = async (): Promise<void> => {
      let parts = 0
      for await (const _ of stream) if (++parts === 3) await crash(engine.server)
    }
    await expect(read()).rejects.toMatchObject({ code: 'ENGINE_EXITED' })
    await expect(openai.chat.completions.create({ model, messages: [user('hi')] })).rejects.toMatchObject({
      status: 502,
      code: 'ENGINE_EXITED'
    })
  })
})
