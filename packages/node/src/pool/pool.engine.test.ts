import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Clock, systemClock } from '../base/index.ts'
import { createEngineRunner } from '../engine/index.ts'
import { testEngine } from '../engine/testing/engine.ts'
import type { EngineRunner, LlamaServer } from '../engine/types.ts'
import { silentLog } from '../log/index.ts'
import { homePaths } from '../store/index.ts'
import { createLeaseClient } from './lease-client.ts'
import { createLeaseServer } from './lease-server.ts'
import { defaultLeaseLimits } from './lease-server-options.ts'
import { createMemoryLedger } from './ledger.ts'
import { asHostPair, fakeHosts, type HostPair, ManualClock, realHosts } from './testing/index.ts'

const modelPath = fileURLToPath(new URL('../../assets/tiny/unhosted-tiny-q8_0.gguf', import.meta.url))
const prompt = 'The quick brown fox'
const layersAndOutput = 13
const leaseBytes = 1000

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unhosted-pool-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true }))
})

async function makeRunner(name: string): Promise<EngineRunner> {
  const paths = homePaths(join(folder, name))
  const runner = createEngineRunner({ engine: await testEngine(), paths, log: silentLog })
  cleanups.push(() => runner.stop())
  return runner
}

function startServer(runner: EngineRunner, rpcEndpoints: readonly string[], tensorSplit: readonly number[]) {
  return runner.startLlamaServer({
    modelPath,
    alias: 'tiny',
    contextSize: 512,
    parallel: 1,
    microBatchTokens: 512,
    gpuLayers: tensorSplit.length === 0 ? 0 : layersAndOutput,
    devices: rpcEndpoints.map((_, index) => `RPC${index}`),
    tensorSplit,
    rpcEndpoints,
    embeddings: false,
    reranking: false,
    signal: AbortSignal.timeout(60_000)
  })
}

/** Greedy tokens; rejects when the engine goes away. */
async function generate(server: LlamaServer, tokens: number): Promise<readonly number[]> {
  if (!('socketPath' in server.listen)) throw new Error('these tests run where engines listen on Unix sockets')
  const body = { prompt, n_predict: tokens, temperature: 0, ignore_eos: true, return_tokens: true, cache_prompt: false }
  const outgoing = httpRequest({ socketPath: server.listen.socketPath, method: 'POST', path: '/completion' })
  outgoing.end(JSON.stringify(body))
  const [response] = await once(outgoing, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString()).tokens
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function setup(makePair: () => Promise<HostPair>, tunnel: 'tls' | 'libp2p', clock: Clock = systemClock) {
  const pair = await makePair()
  cleanups.push(() => pair.stop())
  const head = await makeRunner('head')
  const lender = await makeRunner('lender')
  const pids: number[] = []
  const ledger = createMemoryLedger({
    limits: () => ({ totalBytes: 10_000, ownLimitBytes: 10_000, lendLimitBytes: 10_000 })
  })
  const server = createLeaseServer({
    host: pair.lender,
    engine: () => ({
      ...lender,
      startRpcServer: async (options) => {
        const started = await lender.startRpcServer(options)
        pids.push(started.pid)
        return started
      }
    }),
    ledger,
    clock,
    log: silentLog,
    threads: 1,
    limits: defaultLeaseLimits,
    onChange: () => {}
  })
  await server.start(new AbortController().signal)
  cleanups.push(() => server.stop())
  const client = createLeaseClient({ host: pair.head, clock, log: silentLog, onChange: () => {}, tunnel })
  cleanups.push(() => client.stop())
  const borrow = () =>
    client.borrow(
      {
        peerId: pair.lender.peerId,
        deviceId: 'CPU',
        bytes: leaseBytes,
        modelId: 'a'.repeat(64),
        modelName: 'tiny',
        engineVersion: lender.engine.version
      },
      { signal: AbortSignal.timeout(60_000) }
    )
  const allFree = () =>
    vi.waitFor(
      () => {
        expect(pids.filter(isAlive)).toEqual([])
        expect(ledger.reserved('CPU')).toEqual({ own: 0, lent: 0 })
        expect([...server.leases(), ...client.leases()]).toEqual([])
      },
      { timeout: 5000 }
    )
  return { pair, head, server, client, ledger, pids, borrow, allFree }
}

it('keeps the lease of a loaded model that nobody asks anything', { timeout: 60_000 }, async () => {
  const clock = new ManualClock()
  const { head, borrow } = await setup(async () => asHostPair(fakeHosts({ address: '127.0.0.1' })), 'tls', clock)
  const lease = await borrow()
  const pooled = await startServer(head, [lease.endpoint], [layersAndOutput])
  await clock.advance(10 * defaultLeaseLimits.idleMs)
  expect(await generate(pooled, 5)).toHaveLength(5)
})

describe('a pool with the real engine', () => {
  it.each(['tls', 'libp2p'] as const)(
    'answers over %s token for token as one machine does',
    { timeout: 120_000 },
    async (tunnel) => {
      const { head, borrow, ledger, allFree } = await setup(realHosts, tunnel)
      const solo = await startServer(head, [], [])
      const expected = await generate(solo, 200)
      await solo.stop()
      expect(expected).toHaveLength(200)

      const leases = [await borrow(), await borrow()]
      expect(ledger.reserved('CPU').lent).toBe(2 * leaseBytes)
      const pooled = await startServer(
        head,
        leases.map((lease) => lease.endpoint),
        [6, 7]
      )
      expect(await generate(pooled, 200)).toEqual(expected)
      for (const lease of leases) {
        expect(lease.view().tunnel).toBe(tunnel)
        expect(lease.view().bytesSent).toBeGreaterThan(1_000_000)
      }
      await pooled.stop()
      await Promise.all(leases.map((lease) => lease.close()))
      await allFree()
    }
  )

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'ends a lease in mid-answer, on both sides, when its rpc-server gets %s',
    { timeout: 60_000 },
    async (signal) => {
      const { head, borrow, pids, allFree } = await setup(realHosts, 'tls')
      const lease = await borrow()
      const pooled = await startServer(head, [lease.endpoint], [layersAndOutput])
      const answer = generate(pooled, 400).catch((error: Error) => error)
      await vi.waitFor(() => expect(lease.view().bytesReceived).toBeGreaterThan(1_000_000), { timeout: 20_000 })
      process.kill(pids[0] ?? 0, signal)
      expect(await lease.ended).toMatchObject({ code: 'LEASE_LOST' })
      expect(await answer).toBeInstanceOf(Error)
      expect((await pooled.exited).signal).toBe('SIGABRT')
      await allFree()

      const next = await borrow()
      const again = await startServer(head, [next.endpoint], [layersAndOutput])
      expect(await generate(again, 5)).toHaveLength(5)
    }
  )

  it('ends a lease in mid-answer when the lender stops', { timeout: 60_000 }, async () => {
    const { head, borrow, server, allFree } = await setup(realHosts, 'tls')
    const lease = await borrow()
    const pooled = await startServer(head, [lease.endpoint], [layersAndOutput])
    const answer = generate(pooled, 400).catch((error: Error) => error)
    await server.stop()
    expect(await lease.ended).toMatchObject({ code: 'LEASE_LOST', message: 'The lending machine is stopping.' })
    expect(await answer).toBeInstanceOf(Error)
    await pooled.exited
    await allFree()
  })
})
