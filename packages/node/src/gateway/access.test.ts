import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hashApiKey } from './api-keys.ts'
import { answer, fakeDispatcher, temporaryFolder, testGateway } from './testing/gateway.ts'

const ok = fakeDispatcher(async () => answer(['{}']))
const never = new AbortController().signal

describe('Host and Origin', () => {
  const cases: readonly { id: string; headers: Record<string, string>; status: number; config?: object }[] = [
    { id: 'localhost', headers: { host: 'localhost' }, status: 200 },
    { id: 'localhost with a forwarded port', headers: { host: 'LOCALHOST:8888' }, status: 200 },
    { id: 'the loopback address', headers: { host: '127.0.0.1:7777' }, status: 200 },
    { id: 'the IPv6 loopback address', headers: { host: '[::1]:7777' }, status: 200 },
    { id: 'a name that resolves here', headers: { host: 'evil.example:7777' }, status: 403 },
    { id: 'a name that begins like ours', headers: { host: 'localhost.evil.example' }, status: 403 },
    { id: 'a name that ends like ours', headers: { host: 'evil-localhost' }, status: 403 },
    { id: 'user information in front', headers: { host: 'localhost@evil.example' }, status: 403 },
    { id: 'a network address', headers: { host: '192.168.1.5:7777' }, status: 403 },
    { id: 'no name at all', headers: { host: ':7777' }, status: 403 },
    { id: 'a configured name', headers: { host: 'box.lan' }, config: { allowedHosts: ['Box.lan'] }, status: 200 },
    { id: 'its own origin', headers: { host: 'localhost:7777', origin: 'http://localhost:7777' }, status: 200 },
    {
      id: 'another port of this machine',
      headers: { host: 'localhost:7777', origin: 'http://localhost:3000' },
      status: 403
    },
    { id: 'a web site', headers: { host: 'localhost:7777', origin: 'https://evil.example' }, status: 403 },
    { id: 'a sandboxed page', headers: { host: 'localhost:7777', origin: 'null' }, status: 403 },
    {
      id: 'a configured origin',
      headers: { host: 'localhost:7777', origin: 'https://chat.example' },
      config: { allowedOrigins: ['https://chat.example'] },
      status: 200
    }
  ]
  it.each(cases)('$id: $status', async ({ headers, status, config }) => {
    await using test = testGateway(ok, { config: config ?? {} })
    for (const url of ['/v1/models', '/health', '/no-such-path']) {
      const response = await test.gateway.app.inject({ method: 'GET', url, headers })
      expect(response.statusCode).toBe(status === 200 && url === '/no-such-path' ? 404 : status)
      if (status === 403) expect(response.json().error.unhosted_code).toBe('ORIGIN_REFUSED')
      expect(response.headers['access-control-allow-origin']).toBe(
        headers.origin === 'https://chat.example' ? 'https://chat.example' : undefined
      )
    }
  })

  it('refuses a foreign page before it reads the body', async () => {
    const dispatcher = fakeDispatcher(async () => answer(['{}']))
    await using test = testGateway(dispatcher)
    const response = await test.gateway.app.inject({
      method: 'POST',
      url: '/v1/chat/completions',
      headers: { host: 'localhost', origin: 'https://evil.example', 'content-type': 'text/plain' },
      payload: '{"model":"tiny"}'
    })
    expect(response.statusCode).toBe(403)
    expect(dispatcher.asked).toEqual([])
  })

  it('answers preflights of configured origins, keys or not', async () => {
    await using folder = await temporaryFolder()
    const apiKeysFile = join(folder.path, 'keys')
    await writeFile(apiKeysFile, hashApiKey('k'))
    await using test = testGateway(ok, { config: { apiKeysFile, allowedOrigins: ['https://chat.example'] } })
    await test.gateway.start(never)
    const preflight = (origin: string) =>
      test.gateway.app.inject({ method: 'OPTIONS', url: '/v1/models', headers: { host: 'localhost', origin } })
    const allowed = await preflight('https://chat.example')
    expect(allowed.statusCode).toBe(204)
    expect(allowed.headers['access-control-allow-headers']).toContain('authorization')
    expect((await preflight('https://evil.example')).statusCode).toBe(403)
  })
})

describe('API keys', () => {
  it.each([
    { id: 'no key', headers: {}, status: 401 },
    { id: 'a wrong key', headers: { authorization: 'Bearer wrong' }, status: 401 },
    { id: 'the hash itself', headers: { authorization: `Bearer ${hashApiKey('first')}` }, status: 401 },
    { id: 'another scheme', headers: { authorization: 'Basic first' }, status: 401 },
    { id: 'a key of the file', headers: { authorization: 'Bearer first' }, status: 200 },
    { id: 'another key of the file', headers: { authorization: 'bearer second' }, status: 200 },
    { id: 'x-api-key', headers: { 'x-api-key': 'second' }, status: 200 },
    { id: 'two keys, one of them good', headers: { authorization: 'Bearer wrong', 'x-api-key': 'first' }, status: 200 }
  ])('$id: $status', async ({ headers, status }) => {
    await using folder = await temporaryFolder()
    const apiKeysFile = join(folder.path, 'keys')
    await writeFile(apiKeysFile, `# team\n${hashApiKey('first')} ann\n\n  ${hashApiKey('second').toUpperCase()}\n`)
    await using test = testGateway(ok, { config: { host: '0.0.0.0', apiKeysFile } })
    await test.gateway.start(never)
    const { endpoint } = test.gateway
    const response = await fetch(`${endpoint}/v1/models`, { headers })
    expect(response.status).toBe(status)
    if (status === 401) expect(await response.json()).toMatchObject({ error: { code: 'invalid_api_key' } })
    else await response.arrayBuffer()
    expect((await fetch(`${endpoint}/health`)).status).toBe(200)
  })

  it.each([
    { id: 'no file', text: null, code: 'API_KEYS_MISSING' },
    { id: 'a file that is not there', text: undefined, code: 'API_KEYS_MISSING' },
    { id: 'a file without keys', text: '# none yet\n', code: 'API_KEYS_MISSING' },
    { id: 'a key in clear', text: 'sk-my-secret\n', code: 'CONFIG_INVALID' }
  ])('beyond loopback, $id is $code', async ({ text, code }) => {
    await using folder = await temporaryFolder()
    const apiKeysFile = text === null ? null : join(folder.path, 'keys')
    if (apiKeysFile !== null && typeof text === 'string') await writeFile(apiKeysFile, text)
    await using test = testGateway(ok, { config: { host: '0.0.0.0', apiKeysFile } })
    const error = await test.gateway.start(never).catch((thrown) => thrown)
    expect(error).toMatchObject({ code, advice: expect.stringContaining('sha256sum') })
    expect(error.message).not.toContain('sk-my-secret')
    expect(test.gateway.app.server.listening).toBe(false)
  })

  it('any address literal is a good Host beyond loopback, a foreign name is not', async () => {
    await using test = testGateway(ok, { config: { host: '0.0.0.0' } })
    const get = (host: string) => test.gateway.app.inject({ method: 'GET', url: '/v1/models', headers: { host } })
    expect((await get('192.168.1.5:7777')).statusCode).toBe(200)
    expect((await get('[fe80::1]:7777')).statusCode).toBe(200)
    expect((await get('evil.example')).statusCode).toBe(403)
  })
})

describe('start', () => {
  it('names the daemon that has the port, and the way out', async () => {
    await using first = testGateway(ok)
    await first.gateway.start(never)
    const { endpoint } = first.gateway
    await using second = testGateway(ok, { config: { port: Number(new URL(endpoint).port) } })
    await expect(second.gateway.start(never)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining('the Unhosted daemon "test machine"'),
      advice: expect.stringContaining('--port')
    })
  })

  it('a port that something else has is named as such', async () => {
    const other = createServer((_request, response) => response.end('hello'))
    try {
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
      await using test = testGateway(ok, { config: { port: (other.address() as AddressInfo).port } })
      await expect(test.gateway.start(never)).rejects.toMatchObject({
        code: 'PORT_IN_USE',
        message: expect.stringContaining('another program')
      })
    } finally {
      other.close()
      other.closeAllConnections()
    }
  })

  it('an address of another machine is CONFIG_INVALID', async () => {
    await using folder = await temporaryFolder()
    const apiKeysFile = join(folder.path, 'keys')
    await writeFile(apiKeysFile, hashApiKey('k'))
    await using test = testGateway(ok, { config: { host: '203.0.113.7', apiKeysFile } })
    await expect(test.gateway.start(never)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('an aborted start listens on nothing', async () => {
    await using test = testGateway(ok)
    await expect(test.gateway.start(AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(test.gateway.app.server.listening).toBe(false)
  })

  it('stops twice', async () => {
    const test = testGateway(ok)
    await test.gateway.start(never)
    const { endpoint } = test.gateway
    await Promise.all([test.gateway.stop(), test.gateway.stop()])
    await expect(fetch(`${endpoint}/health`)).rejects.toThrow()
  })
})
