import { join } from 'node:path'
import { findOnPath, isExecutable } from './engine-environment.ts'
import type { Engine } from './types.ts'

export const leashName = 'unhosted-leash'

/**
 * Command prefix that makes Linux end a child when the daemon dies, however it dies (PR_SET_PDEATHSIG): our own
 * helper, built with the engine, or util-linux's setpriv for engines that came without it. Elsewhere, and where
 * neither is there, nothing: then the sweep at the next start does it.
 *
 * The kernel sends the signal when the parent *thread* ends; Node starts children from the thread that calls
 * spawn, so engines must be started from the main thread, not from a worker that may end earlier.
 */
export async function findLeash(engine: Engine, environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  if (process.platform !== 'linux') return []
  const own = join(engine.directory, leashName)
  if (await isExecutable(own)) return [own, String(process.pid)]
  const setpriv = await findOnPath('setpriv', environment)
  return setpriv === null ? [] : [setpriv, '--pdeathsig', 'KILL', '--']
}
