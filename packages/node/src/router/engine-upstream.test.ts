import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { atRest } from '../base/testing/at-rest.ts'
import { forwardToEngine } from './engine-upstream.ts'

const never = new AbortController().signal
const request = {
  path: '/v1/chat/completions',
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{"model":"tiny","text":"ü"}')
}

let folder: string
let socketPath: string
let server: Server
/** What the engine of this test does. */
let engine: (incoming: IncomingMessage, outgoing: ServerResponse) => void

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unhosted-upstream-'))
  socketPath = join(folder, 'engine.sock')
  server = createServer((incoming, outgoing) => engine(incoming, outgoing))
  await once(server.listen(socketPath), 'listening')
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true, force: true })
})

const forward = (signal: AbortSignal = never) => forwardToEngine({ listen: { socketPath }, request, signal })
const readAll = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
/** Settles when the client of the engine is gone. */
const hungUp = (): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  engine = (_incoming, outgoing) => {
    outgoing.once('close', resolve)
    outgoing.writeHead(200)
    outgoing.write('first')
  }
  return promise
}

describe('forwardToEngine', () => {
  it('passes body, path and status unchanged, and only the headers that matter', async () => {
    let seen = ''
    engine = async (incoming, outgoing) => {
      seen = `${incoming.method} ${incoming.url} ${incoming.headers['content-type']} ${incoming.headers.connection}\n`
      for await (const chunk of incoming) seen += chunk
      outgoing.writeHead(418, { 'content-type': 'text/x', server: 'llama.cpp', 'access-control-allow-origin': '*' })
      outgoing.end('hello')
    }
    const response = await forward()
    expect(response.status).toBe(418)
    expect(response.headers).toEqual({ 'content-type': 'text/x' })
    expect(await readAll(response.body)).toBe('hello')
    expect(seen).toBe(`POST ${request.path} application/json close\n${request.body}`)
  })

  it('reaches an engine on a loopback port, where there are no Unix sockets', async () => {
    engine = (_incoming, outgoing) => outgoing.end('hello')
    const tcp = createServer((incoming, outgoing) => engine(incoming, outgoing))
    try {
      await once(tcp.listen(0, '127.0.0.1'), 'listening')
      const { port } = tcp.address() as AddressInfo
      const response = await forwardToEngine({ listen: { port }, request, signal: never })
      expect(await readAll(response.body)).toBe('hello')
    } finally {
      tcp.close()
    }
  })

  it('gives each part as it comes', async () => {
    const next = Promise.withResolvers<void>()
    engine = async (_incoming, outgoing) => {
      outgoing.write('first')
      await next.promise
      outgoing.end('second')
    }
    const { body } = await forward()
    const parts = body[Symbol.asyncIterator]()
    expect(Buffer.from((await parts.next()).value ?? []).toString()).toBe('first')
    next.resolve()
    expect(Buffer.from((await parts.next()).value ?? []).toString()).toBe('second')
    expect((await parts.next()).done).toBe(true)
  })

  it.each([
    { id: 'is not there', act: async () => void server.close(), code: 'ENGINE_EXITED' },
    {
      id: 'dies before it answers',
      act: async () => {
        engine = (incoming) => incoming.socket.destroy()
      },
      code: 'ENGINE_EXITED'
    }
  ])('an engine that $id is $code', async ({ act, code }) => {
    await act()
    await expect(forward()).rejects.toMatchObject({ code, advice: expect.stringContaining('Retry the request') })
  })

  it('an engine that dies in the middle is ENGINE_EXITED after what it said', async () => {
    engine = (incoming, outgoing) => {
      outgoing.write('first', () => incoming.socket.destroy())
    }
    const { body } = await forward()
    let text = ''
    const read = async (): Promise<void> => {
      for await (const chunk of body) text += Buffer.from(chunk).toString()
    }
    await expect(read()).rejects.toMatchObject({ code: 'ENGINE_EXITED' })
    expect(text).toBe('first')
  })

  it('aborting before the answer closes the connection', async () => {
    const controller = new AbortController()
    const closed = Promise.withResolvers<void>()
    engine = (incoming) => {
      incoming.socket.once('close', () => closed.resolve())
      controller.abort()
    }
    await expect(forward(controller.signal)).rejects.toMatchObject({ code: 'CANCELLED' })
    await closed.promise
  })

  it('aborting in the middle closes the connection and throws CANCELLED', async () => {
    const gone = hungUp()
    const controller = new AbortController()
    const { body } = await forward(controller.signal)
    const read = async (): Promise<void> => {
      for await (const _ of body) controller.abort()
    }
    await expect(read()).rejects.toMatchObject({ code: 'CANCELLED' })
    await gone
  })

  it('aborting before anything is read closes the connection too', async () => {
    const gone = hungUp()
    const controller = new AbortController()
    await forward(controller.signal)
    controller.abort()
    await gone
  })

  it('leaving the loop closes the connection', async () => {
    const gone = hungUp()
    const { body } = await forward()
    for await (const _ of body) break
    await gone
  })

  it('an aborted signal asks nothing', async () => {
    engine = () => expect.unreachable()
    await expect(forward(AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('reads no further ahead than a buffer', async () => {
    const block = Buffer.alloc(64 * 1024)
    let written = 0
    engine = (_incoming, outgoing) => {
      const write = (): void => {
        while (written < 64 * 1024 * 1024 && !outgoing.destroyed) {
          written += block.length
          if (!outgoing.write(block)) return
        }
      }
      outgoing.on('drain', write)
      write()
    }
    const { body } = await forward()
    await atRest(() => written)
    expect(written).toBeGreaterThan(0)
    expect(written).toBeLessThan(4 * 1024 * 1024)
    for await (const _ of body) break
  })
})
