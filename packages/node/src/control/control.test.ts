import { once } from 'node:events'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DaemonEvent, DaemonStatus } from '@unhosted/core/control'
import { BaseError } from '@unhosted/core/errors'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Part, systemClock } from '../base/index.ts'
import { silentLog } from '../log/index.ts'
import { type HomePaths, homePaths } from '../store/index.ts'
import { type ControlClient, type ControlService, createControlClient, createControlServer } from './index.ts'

const peerId = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
const status: DaemonStatus = {
  name: 'desk',
  peerId,
  version: '0.1.0',
  pid: 1,
  startedAt: 0,
  endpoint: 'http://127.0.0.1:7777/v1',
  peerAddresses: [],
  engine: { state: 'ready', version: 'x', directory: '/e', source: 'cache', buildProgress: null },
  devices: [],
  instances: [],
  leases: [],
  peersConnected: 0,
  peersPaired: 0,
  warnings: []
}
const notHere = (): never => {
  throw new BaseError('PEER_UNKNOWN', 'No peer "x" is known.', { advice: 'List peers with unhosted peers.' })
}

function fakeService(changes: Partial<ControlService> = {}): ControlService {
  return {
    status: async () => status,
    peers: async () => ({ peers: [], warnings: [] }),
    createInvite: async ({ radius, expiresInMs }) => ({ invite: 'unhosted://pair?x', radius, expiresAt: expiresInMs }),
    acceptInvite: async () => ({ peerId, name: 'mini', radius: 'local' }),
    offerPairing: async () => notHere(),
    pendingPairings: async () => [],
    confirmPairing: async () => notHere(),
    grant: async () => notHere(),
    unpair: async () => notHere(),
    measureLink: async () => notHere(),
    servableModels: async () => [],
    isModelLoaded: async ({ modelId }) => ({ loaded: modelId.startsWith('a') }),
    plan: async () => notHere(),
    doctor: async () => [],
    subscribe: () => () => {},
    stop: async () => ({ stopping: true }),
    ...changes
  }
}

let home: string
let paths: HomePaths
const started: Part[] = []
const { signal } = new AbortController()

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'unhosted-control-'))
  paths = homePaths(home)
})
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()))
  await rm(home, { recursive: true, force: true })
})

async function serve(changes: Partial<ControlService> = {}): Promise<ControlClient> {
  const server = createControlServer({ paths, service: fakeService(changes), clock: systemClock, log: silentLog })
  started.push(server)
  await server.start(signal)
  return createControlClient(paths)
}

/** One raw HTTP exchange, for what the client would never send. */
function raw(method: string, path: string, body: string | Buffer): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath: paths.controlSocket, method, path, agent: false }, async (response) => {
      let text = ''
      for await (const chunk of response) text += String(chunk)
      resolve({ status: response.statusCode ?? 0, text })
    })
    request.once('error', reject)
    request.end(body)
  })
}

describe('control API', () => {
  it('carries answers', async () => {
    const client = await serve()
    expect(await client.status({ signal })).toEqual(status)
    expect(await client.createInvite({ radius: 'trusted', expiresInMs: 60_000 }, { signal })).toEqual({
      invite: 'unhosted://pair?x',
      radius: 'trusted',
      expiresAt: 60_000
    })
    expect(await client.isModelLoaded({ modelId: 'a'.repeat(64) }, { signal })).toEqual({ loaded: true })
    expect(await client.isModelLoaded({ modelId: 'b'.repeat(64) }, { signal })).toEqual({ loaded: false })
  })

  it('carries errors with code, message and advice', async () => {
    const client = await serve()
    await expect(client.unpair({ peer: 'x' }, { signal })).rejects.toMatchObject({
      code: 'PEER_UNKNOWN',
      message: 'No peer "x" is known.',
      advice: 'List peers with unhosted peers.'
    })
  })

  it('hides the text of unexpected errors', async () => {
    const client = await serve({ status: () => Promise.reject(new Error('secret path')) })
    await expect(client.status({ signal })).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.not.stringContaining('secret')
    })
  })

  it('says that no daemon runs', async () => {
    await expect(createControlClient(paths).status({ signal })).rejects.toMatchObject({ code: 'DAEMON_NOT_RUNNING' })
  })

  it('aborts the call in the daemon when the caller hangs up', async () => {
    const seen = Promise.withResolvers<AbortSignal>()
    const client = await serve({
      acceptInvite: (_, options) => {
        seen.resolve(options.signal)
        return new Promise(() => {})
      }
    })
    const caller = new AbortController()
    const call = client.acceptInvite({ invite: 'i', radius: null }, { signal: caller.signal })
    const inDaemon = await seen.promise
    caller.abort()
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' })
    if (!inDaemon.aborted) await once(inDaemon, 'abort')
  })

  it('ends calls when the daemon stops', async () => {
    const entered = Promise.withResolvers<void>()
    const client = await serve({
      peers: (options) => {
        entered.resolve()
        return new Promise((_, reject) => options.signal.addEventListener('abort', () => reject(options.signal.reason)))
      }
    })
    const call = client.peers({ signal })
    const ended = expect(call).rejects.toMatchObject({ code: 'CANCELLED', message: 'The daemon is stopping.' })
    await entered.promise
    await started[0]?.stop()
    await ended
    await expect(client.status({ signal })).rejects.toMatchObject({ code: 'DAEMON_NOT_RUNNING' })
  })
})

describe('events', () => {
  it('streams until the daemon stops and unsubscribes', async () => {
    let emit: ((event: DaemonEvent) => void) | undefined
    const client = await serve({
      subscribe: (listener) => {
        emit = listener
        return () => {
          emit = undefined
        }
      }
    })
    const events = await client.events({ signal })
    emit?.({ event: 'unpaired', peerId, name: 'mini' })
    emit?.({ event: 'stopping' })
    const seen: string[] = []
    for await (const event of events) seen.push(event.event)
    expect(seen).toEqual(['unpaired', 'stopping'])
    expect(emit).toBeUndefined()
  })

  it('unsubscribes when the reader leaves', async () => {
    const left = Promise.withResolvers<void>()
    const client = await serve({
      subscribe: (listener) => {
        setImmediate(() => listener({ event: 'unpaired', peerId, name: 'mini' }))
        return () => left.resolve()
      }
    })
    for await (const event of await client.events({ signal })) {
      expect(event.event).toBe('unpaired')
      break
    }
    await left.promise
  })

  it('throws CANCELLED on abort', async () => {
    const client = await serve()
    const caller = new AbortController()
    const events = await client.events({ signal: caller.signal })
    const reading = (async () => {
      for await (const _ of events) throw new Error('no event was sent')
    })()
    caller.abort()
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

describe('hostile input', () => {
  const cases: { id: string; method: string; path: string; body: string | Buffer; status: number; code: string }[] = [
    { id: 'not JSON', method: 'POST', path: '/unpair', body: '{"peer":', status: 400, code: 'REQUEST_MALFORMED' },
    { id: 'an array', method: 'POST', path: '/unpair', body: '[]', status: 400, code: 'REQUEST_MALFORMED' },
    { id: 'null', method: 'POST', path: '/plan', body: 'null', status: 400, code: 'REQUEST_MALFORMED' },
    { id: 'no body', method: 'POST', path: '/unpair', body: '', status: 400, code: 'REQUEST_MALFORMED' },
    {
      id: 'unknown field',
      method: 'POST',
      path: '/unpair',
      body: '{"peer":"x","all":true}',
      status: 400,
      code: 'REQUEST_MALFORMED'
    },
    {
      id: 'prototype field',
      method: 'POST',
      path: '/unpair',
      body: '{"__proto__":{"peer":"x"}}',
      status: 400,
      code: 'REQUEST_MALFORMED'
    },
    {
      id: 'an invite that lives for ever',
      method: 'POST',
      path: '/invites',
      body: '{"radius":"local","expiresInMs":1e15}',
      status: 400,
      code: 'REQUEST_MALFORMED'
    },
    {
      id: 'a public radius',
      method: 'POST',
      path: '/invites',
      body: '{"radius":"public","expiresInMs":60000}',
      status: 400,
      code: 'REQUEST_MALFORMED'
    },
    {
      id: 'oversized body',
      method: 'POST',
      path: '/unpair',
      body: Buffer.alloc(70_000, 0x20),
      status: 413,
      code: 'REQUEST_TOO_LARGE'
    },
    { id: 'unknown path', method: 'GET', path: '/', body: '', status: 404, code: 'ROUTE_UNKNOWN' },
    { id: 'inherited name', method: 'GET', path: '/__proto__', body: '', status: 404, code: 'ROUTE_UNKNOWN' },
    { id: 'wrong method', method: 'DELETE', path: '/status', body: '', status: 404, code: 'ROUTE_UNKNOWN' }
  ]
  it.each(cases)('refuses $id and lives', async ({ method, path, body, status, code }) => {
    const client = await serve()
    const answer = await raw(method, path, body)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code, advice: expect.stringMatching(/\S/) } })
    expect((await client.status({ signal })).name).toBe('desk')
  })
})

describe.runIf(process.platform !== 'win32')('socket', () => {
  it('is for its owner only', async () => {
    await serve()
    expect((await stat(paths.controlSocket)).mode & 0o777).toBe(0o600)
  })

  it('refuses a second daemon and leaves the first alone', async () => {
    const client = await serve()
    await expect(serve()).rejects.toMatchObject({ code: 'DAEMON_RUNNING', advice: expect.stringContaining('stop') })
    expect((await client.status({ signal })).name).toBe('desk')
  })

  it('replaces what a dead daemon left', async () => {
    // A killed process leaves the socket file with nobody behind it; a plain file stands for it here.
    await writeFile(paths.controlSocket, '')
    const client = await serve()
    expect((await client.status({ signal })).name).toBe('desk')
  })

  it('lets one of two daemons that start at once win', async () => {
    await writeFile(paths.controlSocket, '')
    const results = await Promise.allSettled([serve(), serve()])
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await createControlClient(paths).status({ signal })).name).toBe('desk')
  })

  it('is removed on stop', async () => {
    await serve()
    await started[0]?.stop()
    await expect(stat(paths.controlSocket)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('explains a home folder that does not exist or is a file', async () => {
    await mkdir(join(home, 'x'))
    await writeFile(join(home, 'x', 'home'), '')
    paths = homePaths(join(home, 'x', 'home'))
    await expect(serve()).rejects.toMatchObject({ code: 'HOME_UNUSABLE' })
  })

  it('refuses to talk to a daemon of another version', async () => {
    const old = createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'))
    })
    old.listen(paths.controlSocket)
    await once(old, 'listening')
    try {
      await expect(createControlClient(paths).status({ signal })).rejects.toMatchObject({
        code: 'DAEMON_RUNNING',
        message: expect.stringContaining('version')
      })
    } finally {
      old.close()
    }
  })
})
