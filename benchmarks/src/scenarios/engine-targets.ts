import { availableParallelism } from 'node:os'
import type { EngineArguments } from '@unhosted/core/planner'
import type { EngineRunner, LlamaServer, RpcServer } from '@unhosted/node/engine'
import { Agent, fetch as undiciFetch } from 'undici'
import { type Fetch, timeAnswer } from '../measure/answer.ts'
import { type Relay, startRelay } from '../measure/relay.ts'
import { type ModelUnderTest, prompt, type Target } from './target.ts'

/** How layers are laid out between llama-server and RPC servers. */
export type Layout = Pick<EngineArguments, 'gpuLayers' | 'devices' | 'tensorSplit'>

const alone: Layout = { gpuLayers: 0, devices: [], tensorSplit: [] }

/** llama-server asked directly, alone. */
export function startDirect(runner: EngineRunner, model: ModelUnderTest): Promise<Target> {
  return startEngine('llama-server, asked directly', runner, model, alone, 'none')
}

/** llama-server with unprotected RPC servers on loopback, laid out as the pool it is compared with. */
export function startRawRpc(runner: EngineRunner, model: ModelUnderTest, layout: Layout): Promise<Target> {
  return startEngine('raw RPC on loopback', runner, model, layout, 'direct')
}

/** The same through a plain Node TCP relay for each server. */
export function startRelayedRpc(runner: EngineRunner, model: ModelUnderTest, layout: Layout): Promise<Target> {
  return startEngine('RPC through a plain Node TCP relay', runner, model, layout, 'relay')
}

async function startEngine(
  name: string,
  runner: EngineRunner,
  model: ModelUnderTest,
  layout: Layout,
  path: 'none' | 'direct' | 'relay'
): Promise<Target> {
  const started = performance.now()
  const signal = AbortSignal.timeout(300_000)
  const rpcServers: RpcServer[] = []
  const relays: Relay[] = []
  for (const device of layout.devices) {
    if (!device.startsWith('RPC')) continue
    const server = await runner.startRpcServer({ deviceId: 'CPU', threads: layoutThreads, signal })
    rpcServers.push(server)
    if (path === 'relay') relays.push(await startRelay(server.port))
  }
  const ports = (path === 'relay' ? relays : rpcServers).map((one) => one.port)
  const server = await runner.startLlamaServer({
    modelPath: model.path,
    alias: model.name,
    contextSize: model.contextSize,
    parallel: 4,
    microBatchTokens: 512,
    ...layout,
    rpcEndpoints: ports.map((port) => `127.0.0.1:${port}`),
    embeddings: false,
    reranking: false,
    signal
  })
  const { fetch, close } = fetchFrom(server)
  const question = { model: model.name, prompt, tokens: 1 }
  await timeAnswer(fetch, question)
  const loadMs = performance.now() - started
  const sent = await Promise.all(relays.map((relay) => relay.bytesSent()))
  return {
    name,
    loadMs,
    bytesSent: path === 'relay' ? sent.reduce((sum, bytes) => sum + bytes, 0) : null,
    answer: (asked) => timeAnswer(fetch, asked),
    stop: async () => {
      await close()
      await server.stop()
      await Promise.all([...rpcServers, ...relays].map((one) => one.stop()))
    }
  }
}

/** As the lab's daemons start their RPC servers: two share the cores. */
const layoutThreads = Math.max(1, Math.floor(availableParallelism() / 2))

function fetchFrom(server: LlamaServer): { readonly fetch: Fetch; close(): Promise<void> } {
  const { listen } = server
  // llama-server drops idle connections after 5 s; a request sent at that moment would fail.
  const keepAlive = { keepAliveTimeout: 1000, keepAliveMaxTimeout: 1000 }
  const agent = new Agent(
    'socketPath' in listen ? { ...keepAlive, connect: { socketPath: listen.socketPath } } : keepAlive
  )
  const base = 'port' in listen ? `http://127.0.0.1:${listen.port}` : 'http://engine'
  return {
    fetch: async (path, init) =>
      (await undiciFetch(new URL(path, base), {
        ...(init as unknown as Parameters<typeof undiciFetch>[1]),
        dispatcher: agent
      })) as unknown as Response,
    close: () => agent.destroy()
  }
}
