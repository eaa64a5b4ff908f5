import { once } from 'node:events'
import { createServer } from 'node:http'
import { PassThrough } from 'node:stream'
import { homePaths } from '@unhosted/node/store'
import { recordingOutput } from '@unhosted/terminal/testing'
import { expect, it } from 'vitest'
import type { CommandContext } from '../../command/context.ts'
import { chat } from './chat.ts'

/** A chat with an endpoint that repeats the last message, once `gate` is open. */
async function setUp(gate: Promise<void> = Promise.resolve()) {
  const cleanUp = new AsyncDisposableStack()
  const asked: string[] = []
  const endpoint = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { messages }: { messages: { content: string }[] } = JSON.parse(body)
    const content = messages.at(-1)?.content ?? ''
    asked.push(content)
    await gate
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\ndata: [DONE]\n\n`)
  }).listen(0, '127.0.0.1')
  await once(endpoint, 'listening')
  cleanUp.defer(() => {
    endpoint.closeAllConnections()
    endpoint.close()
  })
  const address = endpoint.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const input = new PassThrough()
  const output = recordingOutput()
  const context: Partial<CommandContext> = {
    output,
    input: input as unknown as CommandContext['input'],
    screen: new PassThrough().resume() as unknown as CommandContext['screen'],
    paths: homePaths('/nonexistent'),
    signal: new AbortController().signal
  }
  const settings = {
    endpoint: `http://127.0.0.1:${port}`,
    apiKey: null,
    model: 'tiny',
    maxTokens: null,
    temperature: null,
    seed: null
  }
  const done = chat(settings, [], context as CommandContext)
  return { input, output, asked, done, [Symbol.asyncDispose]: () => cleanUp.disposeAsync() }
}

it('ends after the answer when the input ends meanwhile', async () => {
  const gate = Promise.withResolvers<void>()
  await using talk = await setUp(gate.promise)
  talk.input.write('Hello\n')
  await expect.poll(() => talk.asked).toEqual(['Hello'])
  talk.input.end()
  await once(talk.input, 'end')
  gate.resolve()
  await talk.done
  expect(talk.output.printed()).toContain('Hello\n')
})

it.each(['/help', '/?'])('explains itself on %s, and asks nobody', async (word) => {
  await using talk = await setUp()
  talk.input.write(`${word}\n`)
  await expect.poll(() => talk.output.printed().split('/bye').length).toBe(3)
  talk.input.write('/bye\n')
  await talk.done
  expect(talk.asked).toEqual([])
})
