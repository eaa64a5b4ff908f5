import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Inventory } from '@unhosted/core/inventory'
import type { ModelFacts } from '@unhosted/core/models'
import { engineArguments, type MemoryNeed, type Plan, type PlanPeer, planModel } from '@unhosted/core/planner'
import { MiB } from '@unhosted/core/units'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../engine/free-port.ts'
import { createEngineRunner } from '../engine/index.ts'
import { llamaServerArguments } from '../engine/llama-server.ts'
import { type TestHome, testEngine, testHome, tinyModel, tinyServer } from '../engine/testing/engine.ts'
import type { Engine, EngineRunner } from '../engine/types.ts'
import { silentLog } from '../log/index.ts'
import { inspectGguf } from '../models/index.ts'

// A plan says which layer lives where and how much that takes; here llama.cpp itself is asked.

const contextSize = 2048

/** What each machine has for the model, MiB, the head first. */
const cases = [
  { id: 'all on the CPU', budgets: [200], layers: [12] },
  { id: 'some on the CPU, the rest on one lender', budgets: [34, 20], layers: [4, 8] },
  { id: 'even parts on the CPU and two lenders', budgets: [34, 17, 17], layers: [4, 4, 4] },
  { id: 'uneven parts on the CPU and two lenders', budgets: [36, 16, 16], layers: [8, 2, 2] },
  { id: 'no layer on the CPU, all on one lender', budgets: [31, 40], layers: [12] }
] as const

let home: TestHome
let engine: Engine
let runner: EngineRunner
let facts: ModelFacts

beforeAll(async () => {
  home = await testHome()
  engine = await testEngine()
  runner = createEngineRunner({ engine, paths: home.paths, log: silentLog })
  facts = await inspectGguf(tinyModel, { signal: AbortSignal.timeout(60_000) })
}, 600_000)

afterAll(async () => {
  await runner.stop()
  await home[Symbol.asyncDispose]()
})

describe('a plan, on the real engine', () => {
  it.each(cases)(
    '$id: each layer is where the plan says, in no more memory than it says',
    async ({ budgets, layers }) => {
      const plan = planOver(budgets)
      expect(plan.segments.map(({ layerCount }) => layerCount)).toEqual(layers)
      const { log, endpoints } = await load(plan, AbortSignal.timeout(30_000))
      expect(placements(log)).toEqual(plannedPlacements(plan))
      const taken = memoryTaken(log, endpoints)
      expect([...taken.keys()].toSorted()).toEqual([...needs(plan).keys()].toSorted())
      for (const [place, need] of needs(plan)) {
        const bytes = taken.get(place) ?? 0
        const estimate = need.weights + need.kv + need.compute
        expect(estimate, place).toBeGreaterThanOrEqual(bytes)
        // A table and its scratch alone are guessed the most coarsely; they are a megabyte or two.
        expect(estimate, place).toBeLessThan(place === 'CPU' && plan.host !== null ? 2 * bytes : 1.3 * bytes)
      }
    },
    60_000
  )
})

function machine(index: number, mebibytes: number): Inventory {
  const size = Math.floor(mebibytes * MiB)
  const memory = { totalBytes: size, freeBytes: size, usableBytes: size, lendableBytes: size }
  return {
    peerId: `12D3KooW${'x'.repeat(43)}${index + 1}`,
    name: `machine${index}`,
    version: '0.1.0',
    engineVersion: engine.version,
    platform: 'linux-x64',
    cpu: { model: 'CPU', cores: 2 },
    devices: [{ id: 'CPU', kind: 'cpu', description: 'CPU', ...memory }],
    models: []
  }
}

function planOver([head, ...lenders]: readonly [number, ...number[]]): Plan {
  const peers = lenders.map(
    (mebibytes, index): PlanPeer => ({
      inventory: machine(index + 1, mebibytes),
      link: { roundTripMs: 1, jitterMs: 0, bytesPerSecond: 1e9, direct: true },
      radius: 'local',
      mayPool: true,
      recentlyLost: false,
      offline: false
    })
  )
  const result = planModel({ model: facts, modelName: 'tiny', contextSize, head: machine(0, head), peers })
  if (!result.ok) throw new Error(`no plan: ${JSON.stringify(result.shortfall)}`)
  return result.plan
}

/** Load the plan with all that the engine has to say, then end it: it reports its buffers once more at the end. */
async function load(plan: Plan, signal: AbortSignal): Promise<{ log: string; endpoints: readonly string[] }> {
  const { leases, ...placing } = engineArguments(plan)
  const servers = await Promise.all(
    leases.map(({ deviceId }) => runner.startRpcServer({ deviceId, threads: 1, signal }))
  )
  try {
    const endpoints = servers.map(({ port }) => `127.0.0.1:${port}`)
    const options = tinyServer({ ...placing, contextSize, parallel: 4, rpcEndpoints: endpoints, signal })
    const listen = { port: await freePort() }
    const child = spawn(engine.serverPath, [...llamaServerArguments(options, listen), '--verbose'], {
      signal,
      killSignal: 'SIGKILL'
    })
    const ended = once(child, 'close')
    let log = ''
    const hear = (chunk: Buffer): void => {
      log += chunk.toString()
      if (log.includes('all slots are idle')) child.kill('SIGTERM')
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    await ended
    return { log, endpoints }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** Device of each layer, the output layer last, as the engine names it. */
function placements(log: string): readonly string[] {
  return [...log.matchAll(/load_tensors: layer +(\d+) assigned to device (\w+)/g)].map(([, , device]) => device ?? '')
}

function plannedPlacements(plan: Plan): readonly string[] {
  const remote = plan.segments.filter(({ peerId }) => peerId !== plan.headPeerId)
  return plan.segments.flatMap((segment) => {
    const device = segment.peerId === plan.headPeerId ? 'CPU' : `RPC${remote.indexOf(segment)}`
    return Array.from({ length: segment.layerCount + (segment.output ? 1 : 0) }, () => device)
  })
}

/** Bytes of weights, KV and compute that the engine allocated: on the CPU, and on each endpoint by its place. */
function memoryTaken(log: string, endpoints: readonly string[]): ReadonlyMap<string, number> {
  const buffers = /(CPU\w*|RPC\d+\[[^\]]+\]) +(?:model|KV|compute) buffer size = +([\d.]+) MiB/g
  const taken = new Map<string, number>()
  for (const [, name = '', mebibytes] of log.matchAll(buffers)) {
    const endpoint = endpoints.findIndex((each) => name.endsWith(`[${each}]`))
    const place = endpoint === -1 ? 'CPU' : `RPC${endpoint}`
    taken.set(place, (taken.get(place) ?? 0) + Number(mebibytes) * MiB)
  }
  return taken
}

function needs(plan: Plan): ReadonlyMap<string, MemoryNeed> {
  const remote = plan.segments.filter(({ peerId }) => peerId !== plan.headPeerId)
  const places = new Map(
    plan.segments.map((segment) => {
      const index = remote.indexOf(segment)
      return [index === -1 ? 'CPU' : `RPC${index}`, segment.need] as const
    })
  )
  return plan.host === null ? places : places.set('CPU', plan.host.need)
}
