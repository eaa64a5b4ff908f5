import {
  type BuildProgress,
  buildEngine,
  defaultCacheDirectory,
  type Engine,
  type FoundEngine,
  findEngine
} from '@unhosted/node/engine'
import { silentLog } from '@unhosted/node/log'
import { createProgressBar } from '@unhosted/terminal'
import type { CommandContext } from '../command/context.ts'
import { readConfig } from './read-config.ts'

const phases: Readonly<Record<BuildProgress['phase'], string>> = {
  waiting: 'waiting for another process that builds it',
  source: 'unpacking the source',
  configure: 'configuring',
  compile: 'compiling',
  verify: 'checking that it starts'
}

/** Looks where the daemon would; never builds. @throws BaseError ENGINE_MISSING for a configured one that does not work */
export async function lookForEngine(context: CommandContext): Promise<FoundEngine> {
  const config = await readConfig({}, context)
  const { environment, signal } = context
  return findEngine({
    configuredPath: config.engine.path,
    cacheDirectory: defaultCacheDirectory(environment),
    environment,
    log: silentLog,
    signal
  })
}

/** Builds into the cache, with a bar. @throws BaseError ENGINE_BUILD_FAILED | CANCELLED */
export async function buildWithProgress(context: CommandContext, force: boolean): Promise<Engine> {
  const { environment, output, signal } = context
  const bar = createProgressBar(output, 'Building the engine')
  try {
    return await buildEngine({
      cacheDirectory: defaultCacheDirectory(environment),
      environment,
      log: silentLog,
      signal,
      force,
      onProgress: ({ done, total, phase }) => bar.update(done, total, phases[phase])
    })
  } finally {
    bar.close()
  }
}
