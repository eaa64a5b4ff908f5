import { once } from 'node:events'
import { copyFile, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processIdentity } from '../base/index.ts'
import { silentLog } from '../log/index.ts'
import { llamaServerArguments } from './llama-server.ts'
import { createEngineRunner } from './runner.ts'
import { type TestHome, testEngine, testHome, tinyModel, tinyServer } from './testing/engine.ts'
import type { EngineRunner, LlamaServer } from './types.ts'

/** Real processes on a machine that may be busy with other tests. */
const real = { timeout: 120_000 }

let home: TestHome
let runner: EngineRunner

beforeEach(async () => {
  home = await testHome()
  // Set by a user for an own llama-server; it must not change ours.
  const environment = { ...process.env, LLAMA_ARG_CTX_SIZE: '64', LLAMA_ARG_ENDPOINT_SLOTS: '1', LLAMA_API_KEY: 'x' }
  runner = createEngineRunner({ engine: await testEngine(), paths: home.paths, log: silentLog, environment })
}, 900_000)
afterEach(async () => {
  await runner.stop()
  await home[Symbol.asyncDispose]()
})

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

async function ask(server: LlamaServer, path: string, body?: object): Promise<Answer> {
  const outgoing = request({ ...server.listen, path, method: body === undefined ? 'GET' : 'POST' })
  outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  const [response] = await once(outgoing, 'response')
  const chunks = await response.toArray()
  return { status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) }
}

const chat = { messages: [{ role: 'user', content: 'Say zanzibar.' }], max_tokens: 4, temperature: 0 }

describe('llama-server', real, () => {
  it('answers on its own socket, by the plan and not by the environment', async () => {
    const server = await runner.startLlamaServer(tinyServer({ contextSize: 768 }))
    expect((await ask(server, '/v1/chat/completions', chat)).status).toBe(200)
    expect((await ask(server, '/slots')).status).not.toBe(200)
    const { body } = await ask(server, '/props')
    expect(body).toMatchObject({ total_slots: 2, default_generation_settings: { n_ctx: 768 } })
  })

  it('keeps prompts and answers out of its log', async () => {
    const server = await runner.startLlamaServer(tinyServer())
    await ask(server, '/v1/chat/completions', chat)
    await ask(server, '/v1/chat/completions', { ...chat, messages: [{ role: 'zanzibar', content: 7 }] })
    await server.stop()
    const text = await readFile(server.logFile, 'utf8')
    expect(text).toContain('listening on')
    expect(text).not.toContain('zanzibar')
  })

  it('embeds and chats on one instance', async () => {
    const server = await runner.startLlamaServer(tinyServer({ embeddings: true }))
    const embedded = await ask(server, '/v1/embeddings', { input: ['hello', 'bye'] })
    expect(embedded).toMatchObject({ status: 200, body: { data: [{ index: 0 }, { index: 1 }] } })
    expect((await ask(server, '/v1/chat/completions', chat)).status).toBe(200)
  })

  it('reranks and chats on one instance', async () => {
    const server = await runner.startLlamaServer(tinyServer({ reranking: true }))
    const ranked = await ask(server, '/v1/rerank', { query: 'a', documents: ['b', 'c'] })
    expect(ranked).toMatchObject({ status: 200, body: { results: [{ index: 0 }, { index: 1 }] } })
    expect((await ask(server, '/v1/chat/completions', chat)).status).toBe(200)
  })

  it('gives the same tokens over two RPC servers as alone', async () => {
    const { signal } = new AbortController()
    const start = () => runner.startRpcServer({ deviceId: 'CPU', threads: 1, signal })
    const rpc = await Promise.all([start(), start()])
    const pooled = await runner.startLlamaServer(
      tinyServer({
        gpuLayers: 99,
        devices: ['RPC0', 'RPC1'],
        tensorSplit: [1, 1],
        rpcEndpoints: rpc.map(({ port }) => `127.0.0.1:${port}`)
      })
    )
    const solo = await runner.startLlamaServer(tinyServer())
    const completion = { prompt: 'One, two,', n_predict: 16, temperature: 0, return_tokens: true }
    const [first, second] = [await ask(pooled, '/completion', completion), await ask(solo, '/completion', completion)]
    expect(first.body.tokens).toHaveLength(16)
    expect(first.body.tokens).toEqual(second.body.tokens)
  })

  it('tells when the RPC server under it is lost', async () => {
    const { signal } = new AbortController()
    const rpc = await runner.startRpcServer({ deviceId: 'CPU', threads: 1, signal })
    const over = { gpuLayers: 99, devices: ['RPC0'], tensorSplit: [1], rpcEndpoints: [`127.0.0.1:${rpc.port}`] }
    const server = await runner.startLlamaServer(tinyServer(over))
    process.kill(rpc.pid, 'SIGKILL')
    expect(await rpc.exited).toMatchObject({ signal: 'SIGKILL' })
    await expect(ask(server, '/v1/chat/completions', chat)).rejects.toThrow()
    expect((await server.exited).summary).toMatch(/^llama-server was ended by SIGABRT \(6\)/)
  })
})

describe('a start that fails', real, () => {
  const broken: readonly { id: string; make(path: string): Promise<void>; message: RegExp }[] = [
    {
      id: 'truncated model',
      make: async (path) => {
        await copyFile(tinyModel, path)
        await truncate(path, 500_000)
      },
      message: /llama-server ended with code 1: .*not within the file bounds/
    },
    { id: 'no GGUF', make: (path) => writeFile(path, 'hello'), message: /magic/ },
    { id: 'no file', make: async () => {}, message: /No such file or directory/ }
  ]

  it.each(broken)('says why, and where the log is: $id', async ({ make, message }) => {
    const modelPath = join(home.paths.home, 'model.gguf')
    await make(modelPath)
    await expect(runner.startLlamaServer(tinyServer({ modelPath }))).rejects.toMatchObject({
      code: 'ENGINE_START_FAILED',
      message: expect.stringMatching(message),
      advice: expect.stringContaining(home.paths.engineLogs)
    })
    expect(await readdir(home.paths.run)).toEqual([])
  })

  it('names a device that the engine does not have', async () => {
    const options = { deviceId: 'CUDA7', threads: 1, signal: new AbortController().signal }
    await expect(runner.startRpcServer(options)).rejects.toMatchObject({
      code: 'ENGINE_START_FAILED',
      message: expect.stringContaining('unknown device: CUDA7')
    })
  })

  it.each([
    { id: 'llama-server', begin: () => runner.startLlamaServer(tinyServer({ signal: AbortSignal.abort() })) },
    {
      id: 'rpc-server',
      begin: () => runner.startRpcServer({ deviceId: 'CPU', threads: 1, signal: AbortSignal.abort() })
    },
    { id: 'the device list', begin: () => runner.listDevices({ signal: AbortSignal.abort() }) }
  ])('does not begin when it was cancelled before: $id', async ({ begin }) => {
    await expect(begin()).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('ends with its signal, and so does the process', async () => {
    // Accepts and says nothing, as a peer that hangs does: the load would wait for ever.
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    const abort = new AbortController()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const accepted = once(silent, 'connection')
    const starting = runner.startLlamaServer(
      tinyServer({
        gpuLayers: 99,
        devices: ['RPC0'],
        rpcEndpoints: [`127.0.0.1:${port}`],
        tensorSplit: [1],
        signal: abort.signal
      })
    )
    const [socket] = await accepted
    const records = await readdir(home.paths.run)
    abort.abort()
    await expect(starting).rejects.toMatchObject({ code: 'CANCELLED' })
    socket.destroy()
    silent.close()
    for (const name of records) {
      const pid = Number(/^process-(\d+)/.exec(name)?.[1] ?? 0)
      if (pid > 0) expect(await processIdentity(pid)).toBeNull()
    }
  })
})

describe('rpc-server', real, () => {
  it('listens on loopback alone', async () => {
    const rpc = await runner.startRpcServer({ deviceId: 'CPU', threads: 1, signal: new AbortController().signal })
    const socket = connect({ host: '127.0.0.1', port: rpc.port })
    await once(socket, 'connect')
    socket.destroy()
    if (process.platform === 'linux') {
      const port = rpc.port.toString(16).toUpperCase().padStart(4, '0')
      const listening = (await readFile('/proc/net/tcp', 'utf8'))
        .split('\n')
        .filter((line) => line.includes(`:${port} 00000000:0000 0A`))
      expect(listening.map((line) => line.trim().split(/\s+/)[1])).toEqual([`0100007F:${port}`])
    }
  })
})

describe('llamaServerArguments', () => {
  it('names the RPC servers before their devices, and every choice', () => {
    const pooled = { gpuLayers: 20, devices: ['CUDA0', 'RPC0'], tensorSplit: [12, 8], rpcEndpoints: ['127.0.0.1:5'] }
    const args = llamaServerArguments(tinyServer(pooled), { socketPath: '/x.sock' })
    expect(args.indexOf('--rpc')).toBeLessThan(args.indexOf('--device'))
    expect(args.join(' ')).toContain('--fit off --n-gpu-layers 20 --device CUDA0,RPC0 --tensor-split 12,8')
  })
})
