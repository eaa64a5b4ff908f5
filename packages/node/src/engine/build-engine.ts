import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { BaseError, isBaseError } from '@unhosted/core/errors'
import { type Clock, fileError, processIdentity, systemClock } from '../base/index.ts'
import type { Log } from '../log/index.ts'
import { acquireBuildLock, type BuildLock } from './build-lock.ts'
import { compileFull, compileLinked, type Recipe } from './build-recipes.ts'
import { type BuildProgress, openBuildLog, runStep } from './build-step.ts'
import { engineFolder, engineKey, fingerprint, readManifest, writeManifest } from './engine-cache.ts'
import { type EngineSource, findEngineSource } from './engine-source.ts'
import { attachGpuBackends } from './gpu-backends.ts'
import { assertDiskSpace, findToolchain } from './toolchain.ts'
import type { Engine } from './types.ts'
import { verifyEngine } from './verify-engine.ts'

export interface BuildEngineOptions {
  readonly cacheDirectory: string
  readonly environment: NodeJS.ProcessEnv
  readonly log: Log
  readonly signal: AbortSignal
  readonly onProgress: (progress: BuildProgress) => void
  /** Default the system's. */
  readonly clock?: Clock
  /** Build even if the cache holds a good one. Default false. */
  readonly force?: boolean
}

type Build = BuildEngineOptions & { readonly clock: Clock }

/**
 * Build llama.cpp from the source that npm brought, into the cache: in a temporary folder, started for proof, then
 * renamed, so that half an engine is never seen. Where another process builds it already, wait for that.
 * @throws BaseError ENGINE_BUILD_FAILED | CANCELLED
 */
export async function buildEngine(options: BuildEngineOptions): Promise<Engine> {
  const source = await findEngineSource()
  const folder = engineFolder(options.cacheDirectory)
  const target = join(folder, engineKey(source.release))
  let shown = 0
  const onProgress = (progress: BuildProgress): void => {
    // A second attempt by another recipe starts over; a bar that runs backwards would tell nothing.
    shown = Math.max(shown, progress.done)
    options.onProgress({ ...progress, done: shown })
  }
  const build: Build = { ...options, clock: options.clock ?? systemClock, onProgress }
  const lock = await acquireBuildLock(`${target}.lock`, build).catch(cacheUnusable)
  try {
    // Another process may have finished it while we waited.
    const ready = options.force === true && !lock.waited ? null : await builtEngine(target)
    return ready ?? (await buildLocked(source, target, lock, build))
  } finally {
    await lock.release()
  }
}

async function builtEngine(target: string): Promise<Engine | null> {
  const manifest = await readManifest(join(target, 'manifest.json'))
  const engine = engineIn(target)
  const now = await fingerprint([engine.serverPath, engine.rpcServerPath])
  return manifest !== null && manifest.fingerprint === now ? { ...engine, version: manifest.version } : null
}

function engineIn(directory: string): Omit<Engine, 'version'> {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return {
    source: 'build',
    directory,
    serverPath: join(directory, `llama-server${suffix}`),
    rpcServerPath: join(directory, `ggml-rpc-server${suffix}`)
  }
}

async function buildLocked(source: EngineSource, target: string, lock: BuildLock, options: Build): Promise<Engine> {
  const folder = dirname(target)
  await removeLeftovers(folder)
  const [toolchain] = await Promise.all([
    findToolchain(options.environment, availableParallelism()),
    assertDiskSpace(folder)
  ])
  const work = join(folder, `.build-${process.pid}-${randomBytes(4).toString('hex')}`)
  const log = openBuildLog(join(folder, 'build.log'))
  const progress = (phase: BuildProgress['phase'], done: number): void => {
    options.onProgress({ phase, done, total: 100 })
    lock.report({ phase, done, total: 100 })
  }
  const { environment, signal } = options
  const recipe: Recipe = { source, toolchain, work, output: log, progress, environment, signal }
  try {
    await mkdir(work, { recursive: true })
    progress('source', 0)
    await cloneSource(recipe)
    const directory = await compile(recipe, options)
    progress('verify', 96)
    const gpu = await attachGpuBackends(directory, engineIn(directory).serverPath, { ...options, source })
    const version = await verifyBuild(directory, log.file, options)
    const built = engineIn(directory)
    const now = await fingerprint([built.serverPath, built.rpcServerPath])
    await writeManifest(join(directory, 'manifest.json'), { version, fingerprint: now ?? '', gpu })
    await replaceFolder(directory, target)
    progress('verify', 100)
    return { ...engineIn(target), version }
  } catch (error) {
    throw asBuildError(error, log.file)
  } finally {
    await log.close()
    await rm(work, { recursive: true, force: true })
  }
}

async function cloneSource(recipe: Recipe): Promise<void> {
  await runStep({
    title: 'unpack the source',
    command: recipe.toolchain.git,
    args: ['-c', 'advice.detachedHead=false', 'clone', '--quiet', recipe.source.bundle, 'source'],
    cwd: recipe.work,
    environment: withoutGitSettings(recipe.environment),
    signal: recipe.signal,
    log: recipe.output
  })
}

/** GIT_DIR and its like, set when we run inside a hook, would send the clone elsewhere. */
function withoutGitSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('GIT_')))
}

/** The quick recipe where its libraries are there; the full one where they are not, or do not fit this system. */
async function compile(recipe: Recipe, { clock, log }: Build): Promise<string> {
  if (recipe.source.prebuilt !== null && glibcCanLoadPrebuilt()) {
    try {
      const directory = await compileLinked(recipe, recipe.source.prebuilt)
      await verifyEngine(engineIn(directory), { ...recipe, clock, log })
      return directory
    } catch (error) {
      if (!isBaseError(error, 'ENGINE_BUILD_FAILED') && !isBaseError(error, 'ENGINE_START_FAILED')) throw error
      if (isBaseError(error) && /No space left/.test(error.message)) throw error
      log.warn({ reason: error.message }, 'linking the engine against the npm libraries failed; building all of it')
    }
  }
  return compileFull(recipe)
}

/** The libraries were linked on Ubuntu 22.04: glibc 2.35. Without glibc (musl) they cannot load at all. */
function glibcCanLoadPrebuilt(): boolean {
  const report = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } }
  const [major = 0, minor = 0] = (report.header?.glibcVersionRuntime ?? '').split('.').map(Number)
  return major * 1000 + minor >= 2035
}

async function verifyBuild(directory: string, logFile: string, options: Build): Promise<string> {
  try {
    return await verifyEngine(engineIn(directory), options)
  } catch (error) {
    if (!isBaseError(error, 'ENGINE_START_FAILED')) throw error
    throw new BaseError('ENGINE_BUILD_FAILED', `The engine was built but does not work: ${error.message}`, {
      advice: `Report this with ${logFile}.`,
      cause: error
    })
  }
}

/** Running servers keep the files they have open; new ones find the new folder. */
async function replaceFolder(from: string, to: string): Promise<void> {
  const old = `${to}.old-${randomBytes(4).toString('hex')}`
  await rename(to, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  await rename(from, to)
  await rm(old, { recursive: true, force: true })
}

/** Folders of builds that were killed. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^\.build-(\d+)-/.exec(name)?.[1]
    if (pid === undefined || (Number(pid) !== process.pid && (await processIdentity(Number(pid))) !== null)) continue
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

function asBuildError(error: unknown, logFile: string): unknown {
  if (isBaseError(error)) return error
  return new BaseError('ENGINE_BUILD_FAILED', `Building the engine failed: ${String(error)}`, {
    advice: `The output so far is in ${logFile}.`,
    cause: error
  })
}

function cacheUnusable(error: unknown): never {
  const known = fileError('the cache folder', error)
  if (!isBaseError(known) || isBaseError(error)) throw error
  throw new BaseError('ENGINE_BUILD_FAILED', known.message, {
    advice: 'Set UNHOSTED_CACHE to a folder that can be written.',
    cause: error
  })
}
