import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { type ChatRequest, streamChat } from './stream-chat.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** An endpoint of one request after another, closed with the block. */
async function endpoint(answer: Answer): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    answer(request, response, body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}

const request = (url: string, changes: Partial<ChatRequest> = {}): ChatRequest => ({
  endpoint: url,
  apiKey: null,
  model: 'tiny',
  messages: [{ role: 'user', content: 'Hello' }],
  maxTokens: null,
  temperature: null,
  seed: null,
  ...changes
})

const chunk = (content: string): string => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":3}}\n\n'
const { signal } = new AbortController()

/** A clock that moves by 100 ms at each look. */
function ticking(): () => number {
  let time = 0
  return () => {
    time += 100
    return time
  }
}

describe('streamChat', () => {
  it('streams text, and tells who served and how fast', async () => {
    let asked: unknown
    let authorization: string | undefined
    await using server = await endpoint((incoming, response, body) => {
      asked = JSON.parse(body)
      authorization = incoming.headers.authorization
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-unhosted-served-by': 'desk; peer=x' })
      response.end(`: wait\n\n${chunk('Hel')}${chunk('lo')}${chunk('!')}${usage}data: [DONE]\n\n`)
    })
    const pieces: string[] = []
    const answer = await streamChat(request(server.url, { apiKey: 'k', temperature: 0, maxTokens: 9 }), {
      signal,
      onText: (text) => pieces.push(text),
      now: ticking()
    })
    expect(pieces).toEqual(['Hel', 'lo', '!'])
    // Asked at 100, first text at 200, last at 400: two tokens in 0.2 s.
    expect(answer).toMatchObject({ text: 'Hello!', servedBy: 'desk; peer=x', firstTextMs: 100, completionTokens: 3 })
    expect(answer.tokensPerSecond).toBeCloseTo(10)
    expect(asked).toMatchObject({ model: 'tiny', stream: true, temperature: 0, max_tokens: 9 })
    expect(asked).not.toHaveProperty('seed')
    expect(authorization).toBe('Bearer k')
  })

  const failures: { id: string; answer: Answer; code: string; message: RegExp }[] = [
    {
      id: 'an error of ours',
      answer: (_, response) => {
        response
          .writeHead(404)
          .end('{"error":{"message":"No model x.","code":"model_not_found","unhosted_code":"MODEL_UNKNOWN"}}')
      },
      code: 'MODEL_UNKNOWN',
      message: /No model x/
    },
    {
      id: 'an error in the middle of the stream',
      answer: (_, response) => {
        response
          .writeHead(200)
          .end(`${chunk('Hel')}data: {"error":{"message":"Lost attic.","unhosted_code":"PEER_LOST"}}\n\n`)
      },
      code: 'PEER_LOST',
      message: /Lost attic/
    },
    {
      id: 'an error with a code that is none',
      answer: (_, response) => {
        response.writeHead(500).end('{"error":{"message":"Odd.","unhosted_code":"__proto__"}}')
      },
      code: 'INTERNAL',
      message: /Odd/
    },
    {
      id: 'another program on the port',
      answer: (_, response) => {
        response.writeHead(400).end('{"no":"error"}')
      },
      code: 'INTERNAL',
      message: /does not parse/
    },
    {
      id: 'a connection that is cut',
      answer: (_, response) => {
        response.writeHead(200)
        response.write(chunk('Hel'), () => response.destroy())
      },
      code: 'DAEMON_NOT_RUNNING',
      message: /does not answer/
    }
  ]
  it.each(failures)('throws for $id', async ({ answer, code, message }) => {
    await using server = await endpoint(answer)
    await expect(streamChat(request(server.url), { signal, onText: () => {}, now: ticking() })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message)
    })
  })

  it('cancels, and the endpoint sees the connection close', async () => {
    const closed = Promise.withResolvers<void>()
    await using server = await endpoint((_, response) => {
      response.once('close', () => closed.resolve())
      response.writeHead(200)
      response.write(chunk('Hel'))
    })
    const caller = new AbortController()
    const answer = streamChat(request(server.url), {
      signal: caller.signal,
      onText: () => caller.abort(),
      now: ticking()
    })
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' })
    await closed.promise
  })
})
