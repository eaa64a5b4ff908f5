import { once } from 'node:events'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { dirname } from 'node:path'
import { BaseError } from '@unhosted/core/errors'
import type { HomePaths } from '../store/index.ts'
import { throwIfCancelled } from './cancelled.ts'
import { freePort } from './free-port.ts'
import { awaitReady } from './readiness.ts'
import type { Supervisor } from './supervisor.ts'
import type { Engine, LlamaServer, LlamaServerOptions } from './types.ts'

type Listen = LlamaServer['listen']

/**
 * Start llama-server for one model and wait until it answers /health.
 * @throws BaseError ENGINE_START_FAILED | CANCELLED
 */
export async function startLlamaServer(
  options: LlamaServerOptions,
  context: {
    readonly engine: Engine
    readonly supervisor: Supervisor
    readonly paths: Pick<HomePaths, 'engineSocket'>
    readonly environment: NodeJS.ProcessEnv
    /** Unique for each start. */
    readonly name: string
    /** null for the engine's choice. */
    readonly threads: number | null
  }
): Promise<LlamaServer> {
  throwIfCancelled(options.signal, 'Starting llama-server')
  const listen: Listen =
    process.platform === 'win32' ? { port: await freePort() } : { socketPath: context.paths.engineSocket(context.name) }
  const socketPath = 'socketPath' in listen ? listen.socketPath : null
  if (socketPath !== null) {
    await mkdir(dirname(socketPath), { recursive: true, mode: 0o700 })
    await rm(socketPath, { force: true })
  }
  const pooling = options.embeddings && !options.reranking ? await poolingArguments(options.modelPath) : []
  const threads = context.threads === null ? [] : ['--threads', String(context.threads)]
  const started = await context.supervisor.start({
    title: 'llama-server',
    command: context.engine.serverPath,
    args: [...llamaServerArguments(options, listen), ...pooling, ...threads],
    environment: context.environment,
    socketPath,
    memoryLimitBytes: null
  })
  await awaitReady(started, { signal: options.signal, probe: (signal) => answersHealth(listen, signal) })
  return { ...pick(started), listen }
}

const pick = ({ pid, logFile, exited, stop }: LlamaServer | Omit<LlamaServer, 'listen'>) => ({
  pid,
  logFile,
  exited,
  stop
})

/**
 * Every choice is explicit: nothing that the engine would guess, nothing that allocates outside the plan.
 * @internal For its test.
 */
export function llamaServerArguments(options: LlamaServerOptions, listen: Listen): readonly string[] {
  const pooled = options.devices.length > 0
  return [
    ...['--model', options.modelPath, '--alias', options.alias],
    ...('socketPath' in listen ? ['--host', listen.socketPath] : ['--host', '127.0.0.1', '--port', `${listen.port}`]),
    ...['--ctx-size', String(options.contextSize), '--parallel', String(options.parallel), '--kv-unified'],
    ...[
      '--batch-size',
      String(Math.max(2048, options.microBatchTokens)),
      '--ubatch-size',
      `${options.microBatchTokens}`
    ],
    // Before --device: arguments are handled in order, and RPC0 exists only once --rpc has been.
    ...(options.rpcEndpoints.length > 0 ? ['--rpc', options.rpcEndpoints.join(',')] : []),
    ...['--fit', 'off', '--n-gpu-layers', String(pooled ? options.gpuLayers : 0)],
    ...['--device', pooled ? options.devices.join(',') : 'none'],
    ...(options.tensorSplit.length > 0 ? ['--tensor-split', options.tensorSplit.join(',')] : []),
    // Prompts of ended requests, and checkpoints of recurrent and sliding-window models, live in host memory that
    // no plan counts: the first is off (default 8 GiB), the second is 4 a slot (default 32).
    ...['--cache-ram', '0', '--no-cache-idle-slots', '--ctx-checkpoints', '4'],
    ...(options.reranking ? ['--reranking'] : options.embeddings ? ['--embeddings'] : []),
    // Level 3 logs timings and token counts; request bodies appear only from level 5. The slots endpoint shows prompts.
    ...['--log-verbosity', '3', '--log-colors', 'off', '--no-slots', '--no-ui', '--offline', '--jinja']
  ]
}

/** How much of a file is read to see whether its header names a pooling type: the keys come before the token lists. */
const headerBytes = 1024 * 1024

/** Generative models name no pooling, and /v1/embeddings wants one; embedding models bring their own. */
async function poolingArguments(modelPath: string): Promise<readonly string[]> {
  let file: FileHandle
  try {
    file = await open(modelPath, 'r')
  } catch {
    // llama-server meets the same file and says what is wrong with it.
    return []
  }
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0)
    return buffer.subarray(0, bytesRead).includes('.pooling_type') ? [] : ['--pooling', 'mean']
  } finally {
    await file.close()
  }
}

async function answersHealth(listen: Listen, signal: AbortSignal): Promise<boolean> {
  const where = 'socketPath' in listen ? { socketPath: listen.socketPath } : { host: '127.0.0.1', port: listen.port }
  const outgoing = request({ ...where, path: '/health', agent: false, signal })
  try {
    outgoing.end()
    const [response] = await once(outgoing, 'response', { signal })
    response.resume()
    return response.statusCode === 200
  } catch {
    // Not listening yet, or the wait is over: the caller tells which.
    return false
  } finally {
    outgoing.on('error', () => {})
    outgoing.destroy()
  }
}

export function assertPlan(options: LlamaServerOptions): void {
  if (options.tensorSplit.length === 0 || options.tensorSplit.length === options.devices.length) return
  throw new BaseError('INTERNAL', 'A plan names another number of splits than of devices.', {
    advice: 'Report this with the output of unhosted plan.'
  })
}
