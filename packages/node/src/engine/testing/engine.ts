import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../log/index.ts'
import { type HomePaths, homePaths } from '../../store/index.ts'
import { buildEngine } from '../build-engine.ts'
import { defaultCacheDirectory } from '../engine-cache.ts'
import { assetPath } from '../engine-source.ts'
import { findEngine } from '../find-engine.ts'
import { processIdentity } from '../process-state.ts'
import type { Engine, LlamaServerOptions } from '../types.ts'

export const tinyModel = assetPath('tiny', 'unhosted-tiny-q8_0.gguf')

/** The engine that tests run: UNHOSTED_ENGINE, else the one in the user's cache, built if it is not there. */
export async function testEngine(signal: AbortSignal = new AbortController().signal): Promise<Engine> {
  const options = {
    configuredPath: process.env.UNHOSTED_ENGINE ?? null,
    cacheDirectory: defaultCacheDirectory(process.env),
    environment: process.env,
    log: silentLog,
    signal,
    onProgress: () => {}
  }
  const found = await findEngine(options)
  return found.engine ?? (await buildEngine(options))
}

export interface TestHome extends AsyncDisposable {
  readonly paths: HomePaths
}

/** A home folder of its own, removed at the end. */
export async function testHome(): Promise<TestHome> {
  const home = await mkdtemp(join(tmpdir(), 'unhosted-engine-'))
  return {
    paths: homePaths(home),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true })
  }
}

/** The tiny model, on the CPU alone. */
export function tinyServer(changes: Partial<LlamaServerOptions> = {}): LlamaServerOptions {
  return {
    modelPath: tinyModel,
    alias: 'tiny',
    contextSize: 512,
    parallel: 2,
    microBatchTokens: 512,
    gpuLayers: 0,
    devices: [],
    tensorSplit: [],
    rpcEndpoints: [],
    embeddings: false,
    reranking: false,
    signal: new AbortController().signal,
    ...changes
  }
}

/** Waits for a process to be gone: kill(2) is asynchronous. @throws Error when it lives on */
export async function awaitGone(pid: number, withinMs = 3000): Promise<void> {
  const until = performance.now() + withinMs
  while ((await processIdentity(pid)) !== null) {
    if (performance.now() > until) throw new Error(`process ${pid} still lives after ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
