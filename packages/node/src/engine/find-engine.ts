import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { BaseError, isBaseError } from '@unhosted/core/errors'
import type { Log } from '../log/index.ts'
import {
  type EngineManifest,
  engineFolder,
  engineKey,
  fingerprint,
  readManifest,
  writeManifest
} from './engine-cache.ts'
import { findOnPath } from './engine-environment.ts'
import { findEngineSource, packageFolder } from './engine-source.ts'
import { refreshGpuBackends } from './gpu-backends.ts'
import type { Engine } from './types.ts'
import { verifyEngine } from './verify-engine.ts'

export interface FindEngineOptions {
  /** Config `engine.path` or UNHOSTED_ENGINE: a folder with both binaries, or the path of llama-server; null for none. */
  readonly configuredPath: string | null
  /** See `defaultCacheDirectory`. */
  readonly cacheDirectory: string
  readonly environment: NodeJS.ProcessEnv
  readonly log: Log
  readonly signal: AbortSignal
}

/** A place that was looked at, and why what is there was not taken. */
interface Considered {
  readonly source: Engine['source']
  readonly path: string
  readonly problem: string
}

export interface FoundEngine {
  readonly engine: Engine | null
  readonly considered: readonly Considered[]
}

interface Candidate {
  readonly source: Engine['source']
  readonly serverPath: string
  readonly rpcServerPath: string
  /** Where what we learn of it is kept. */
  readonly manifestPath: string
}

/**
 * The first usable engine: configured path, our cache, PATH, an installed `@unhosted/engine-<platform>` package.
 * Never builds. A new one is started once for verification (0.5 s); later only file times are compared (a few ms).
 * @throws BaseError ENGINE_MISSING when a path is configured and no working engine is there
 */
export async function findEngine(options: FindEngineOptions): Promise<FoundEngine> {
  const considered: Considered[] = []
  const folder = engineFolder(options.cacheDirectory)
  if (options.configuredPath !== null) {
    const candidate = await configured(options.configuredPath, folder)
    const result = await examine(candidate, options, null)
    if (typeof result !== 'string') return { engine: result, considered }
    throw new BaseError('ENGINE_MISSING', `The configured engine ${options.configuredPath} cannot be used: ${result}`, {
      advice: 'Correct engine.path or UNHOSTED_ENGINE, or remove it and run unhosted engine build.'
    })
  }
  const source = await findEngineSource()
  const release = `llama.cpp/${source.release} `
  for (const candidate of await candidates(folder, source.release, options.environment)) {
    const result = await examine(candidate, options, release)
    if (typeof result === 'string') {
      considered.push({ source: candidate.source, path: candidate.serverPath, problem: result })
      continue
    }
    if (result.source === 'cache') await refreshGpuBackends(result, { ...options, source })
    return { engine: result, considered }
  }
  return { engine: null, considered }
}

const executable = (name: string): string => (process.platform === 'win32' ? `${name}.exe` : name)

async function configured(path: string, folder: string): Promise<Candidate> {
  const given = resolve(path)
  const directory = given.endsWith(executable('llama-server')) ? dirname(given) : given
  return inFolder('config', directory, foreignManifest(folder, directory))
}

/** ggml-rpc-server was called rpc-server before. */
async function inFolder(source: Engine['source'], directory: string, manifestPath: string): Promise<Candidate> {
  const rpc = join(directory, executable('ggml-rpc-server'))
  const older = join(directory, executable('rpc-server'))
  const useOlder = (await fingerprint([rpc])) === null && (await fingerprint([older])) !== null
  return {
    source,
    serverPath: join(directory, executable('llama-server')),
    rpcServerPath: useOlder ? older : rpc,
    manifestPath
  }
}

function foreignManifest(folder: string, path: string): string {
  return join(folder, `seen-${createHash('sha256').update(path).digest('hex').slice(0, 16)}.json`)
}

async function candidates(
  folder: string,
  release: string,
  environment: NodeJS.ProcessEnv
): Promise<readonly Candidate[]> {
  const cached = join(folder, engineKey(release))
  const list = [await inFolder('cache', cached, join(cached, 'manifest.json'))]
  const server = await findOnPath('llama-server', environment)
  const rpc = (await findOnPath('ggml-rpc-server', environment)) ?? (await findOnPath('rpc-server', environment))
  if (server !== null && rpc !== null) {
    const [serverPath, rpcServerPath] = await Promise.all([realpath(server), realpath(rpc)])
    const manifestPath = foreignManifest(folder, `${serverPath} ${rpcServerPath}`)
    list.push({ source: 'path', serverPath, rpcServerPath, manifestPath })
  }
  const installed = await packageFolder(`@unhosted/engine-${process.platform}-${process.arch}`, import.meta.url)
  if (installed !== null) {
    const directory = join(installed, 'bin')
    list.push(await inFolder('package', directory, foreignManifest(folder, directory)))
  }
  return list
}

/** @returns the engine, or in a sentence why it is not one */
async function examine(
  candidate: Candidate,
  options: FindEngineOptions,
  release: string | null
): Promise<Engine | string> {
  const { serverPath, rpcServerPath, manifestPath, source } = candidate
  const now = await fingerprint([serverPath, rpcServerPath])
  if (now === null)
    return source === 'cache' ? 'None was built yet.' : 'llama-server and ggml-rpc-server are not both there.'
  const files = { directory: dirname(serverPath), serverPath, rpcServerPath }
  const known = await readManifest(manifestPath)
  let version = known?.fingerprint === now ? known.version : null
  if (version === null) {
    try {
      version = await verifyEngine(files, options)
    } catch (error) {
      if (!isBaseError(error, 'ENGINE_START_FAILED')) throw error
      return error.message
    }
    await remember(manifestPath, { version, fingerprint: now, gpu: known?.gpu ?? noGpu }, options.log)
  }
  if (release !== null && !version.startsWith(release)) return `It is ${version}; this one needs ${release.trim()}.`
  return { version, source, ...files }
}

const noGpu: EngineManifest['gpu'] = { probe: '', backends: [], notes: [] }

/** Without a place to write, the engine works all the same; it is verified again at each start. */
async function remember(path: string, manifest: EngineManifest, log: Log): Promise<void> {
  try {
    await writeManifest(path, manifest)
  } catch (error) {
    log.warn({ path, error: String(error) }, 'what is known of the engine cannot be kept')
  }
}
