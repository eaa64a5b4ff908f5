import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createEngineRunner, type LlamaServer } from '../../engine/index.ts'
import { testEngine } from '../../engine/testing/engine.ts'
import { silentLog } from '../../log/index.ts'
import { microBatchTokens } from '../../router/index.ts'
import { forwardToEngine } from '../../router/testing/index.ts'
import type { Dispatcher, InferenceRequest } from '../../router/types.ts'
import { homePaths, prepareHome } from '../../store/index.ts'
import { fakeDispatcher, placement, temporaryFolder } from './gateway.ts'

/** The real engine on the demo model behind a dispatcher, for tests of the gateway. */

export interface RealEngine extends AsyncDisposable {
  readonly dispatcher: Dispatcher
  /** The instance that answers chats. */
  readonly server: LlamaServer
  /** How often it has begun to work on a request, by its log. */
  slotsTaken(): Promise<number>
  /** How often its slot has become free, by its log. */
  slotsReleased(): Promise<number>
}

const tinyPath = fileURLToPath(new URL('../../../assets/tiny/unhosted-tiny-q8_0.gguf', import.meta.url))

/** Tokens; so many that an answer without end runs for seconds on any machine. */
const contextSize = 8192

/** One instance each for answers, embeddings and reranking: the engine wants to be started for what it does. */
export async function startRealEngine(options: { readonly signal: AbortSignal }): Promise<RealEngine> {
  const folder = await temporaryFolder()
  const paths = homePaths(folder.path)
  await prepareHome(paths)
  const engine = await testEngine(options.signal)
  const runner = createEngineRunner({ engine, paths, log: silentLog })
  const dispose = async (): Promise<void> => {
    await runner.stop()
    await folder[Symbol.asyncDispose]()
  }
  const start = (purpose: 'generate' | 'embed' | 'rerank'): Promise<LlamaServer> =>
    runner.startLlamaServer({
      modelPath: tinyPath,
      alias: 'engine-alias',
      contextSize,
      parallel: 1,
      microBatchTokens: microBatchTokens(purpose, contextSize),
      gpuLayers: 0,
      devices: [],
      tensorSplit: [],
      rpcEndpoints: [],
      embeddings: purpose === 'embed',
      reranking: purpose === 'rerank',
      signal: options.signal
    })
  try {
    const [server, embed, rerank] = await Promise.all([start('generate'), start('embed'), start('rerank')])
    const serverFor = ({ path }: InferenceRequest): LlamaServer =>
      path === '/v1/embeddings' ? embed : path === '/v1/rerank' ? rerank : server
    const dispatcher = fakeDispatcher(async (request, { signal, onPlacement }) => {
      onPlacement(placement)
      return { ...(await forwardToEngine({ listen: serverFor(request).listen, request, signal })), placement }
    })
    const logged = async (words: string): Promise<number> =>
      (await readFile(server.logFile, 'utf8')).split(words).length - 1
    const slotsTaken = (): Promise<number> => logged('launch_slot_:')
    const slotsReleased = (): Promise<number> => logged('stop processing:')
    return { dispatcher, server, slotsTaken, slotsReleased, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Ends a process as a crash would, and waits until it is gone. */
export async function crash(server: LlamaServer): Promise<void> {
  process.kill(server.pid, 'SIGKILL')
  await server.exited
}
