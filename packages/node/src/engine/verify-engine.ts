import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BaseError } from '@unhosted/core/errors'
import type { Log } from '../log/index.ts'
import { homePaths } from '../store/index.ts'
import { throwIfCancelled } from './cancelled.ts'
import { engineEnvironment } from './engine-environment.ts'
import { assetPath } from './engine-source.ts'
import { rpcProtocolVersion } from './rpc-hello.ts'
import { createEngineRunner } from './runner.ts'
import type { Engine } from './types.ts'

const run = promisify(execFile)

/**
 * Start both binaries for real: a model over an RPC server of the same engine must load. Takes 0.3 s or so.
 * @returns `llama.cpp/<release> rpc/<x.y.z>` as the binaries themselves say
 * @throws BaseError ENGINE_START_FAILED | CANCELLED
 */
export async function verifyEngine(
  files: Pick<Engine, 'directory' | 'serverPath' | 'rpcServerPath'>,
  options: { readonly environment: NodeJS.ProcessEnv; readonly log: Log; readonly signal: AbortSignal }
): Promise<string> {
  const release = await serverRelease(files.serverPath, options)
  const home = await mkdtemp(join(tmpdir(), 'unhosted-verify-'))
  const runner = createEngineRunner({
    engine: { ...files, version: 'unverified', source: 'build' },
    paths: homePaths(home),
    log: options.log,
    environment: options.environment
  })
  try {
    const { signal } = options
    const rpc = await runner.startRpcServer({ deviceId: 'CPU', threads: 1, signal })
    const protocol = await rpcProtocolVersion(rpc.port, signal)
    await runner.startLlamaServer({
      modelPath: assetPath('tiny', 'unhosted-tiny-q8_0.gguf'),
      alias: 'verify',
      contextSize: 256,
      parallel: 1,
      microBatchTokens: 512,
      gpuLayers: 999,
      devices: ['RPC0'],
      tensorSplit: [1],
      rpcEndpoints: [`127.0.0.1:${rpc.port}`],
      embeddings: false,
      reranking: false,
      signal
    })
    return `llama.cpp/${release} rpc/${protocol}`
  } finally {
    await runner.stop()
    await rm(home, { recursive: true, force: true })
  }
}

async function serverRelease(
  serverPath: string,
  options: { readonly environment: NodeJS.ProcessEnv; readonly signal: AbortSignal }
): Promise<string> {
  try {
    const { stdout, stderr } = await run(serverPath, ['--version'], {
      env: engineEnvironment(options.environment),
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(20_000)]),
      killSignal: 'SIGKILL'
    })
    const release = parseRelease(`${stdout}\n${stderr}`)
    if (release === null) throw new Error('it prints no version')
    return release
  } catch (cause) {
    throwIfCancelled(options.signal, 'Looking at an engine')
    throw new BaseError('ENGINE_START_FAILED', `${serverPath} does not run: ${reason(cause)}`, {
      advice: 'Choose another engine, or run unhosted engine build.',
      cause
    })
  }
}

/**
 * `version: 0.5.0-dev (build 1, ...)` is v0.5.0; `version: 6789 (abcdef)`, the older form, is b6789.
 * @internal For its test.
 */
export function parseRelease(text: string): string | null {
  const match = /^version: (?:(\d+\.\d+\.\d+)\S*|(\d+)) \(/m.exec(text)
  if (match === null) return null
  return match[1] === undefined ? `b${match[2]}` : `v${match[1]}`
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return (lines.at(-1) ?? 'no reason given').slice(0, 300)
}
