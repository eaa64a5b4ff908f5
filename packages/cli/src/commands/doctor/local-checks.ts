import { once } from 'node:events'
import { stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { isBaseError } from '@unhosted/core/errors'
import { formatBytes, GiB } from '@unhosted/core/units'
import { findToolchain } from '@unhosted/node/engine'
import { type HomePaths, prepareHome } from '@unhosted/node/store'
import type { CommandContext } from '../../command/context.ts'
import { lookForEngine } from '../../setup/engine.ts'
import { type Check, fromError, ok } from './check.ts'

/** Below this a model of any use does not fit; below a tenth of it even logs are at risk. */
const scarceDiskBytes = 10 * GiB

export async function checkHome(paths: HomePaths): Promise<Check> {
  try {
    await prepareHome(paths)
    return ok('home', `${paths.home} is readable and writable.`)
  } catch (error) {
    if (isBaseError(error)) return fromError('home', error)
    throw error
  }
}

export async function checkDisk({ home }: HomePaths): Promise<Check> {
  try {
    const { bavail, bsize } = await statfs(home)
    const free = bavail * bsize
    const text = `${formatBytes(free)} free for models in ${home}.`
    if (free >= scarceDiskBytes) return ok('disk', text)
    const advice = 'Free some disk space, or choose another home folder with --home.'
    return { id: 'disk', state: free < scarceDiskBytes / 10 ? 'error' : 'warning', text, advice }
  } catch (error) {
    const text = `Cannot read the free disk space of ${home}: ${error instanceof Error ? error.message : String(error)}.`
    return { id: 'disk', state: 'warning', text, advice: 'Check that the home folder exists and is readable.' }
  }
}

/**
 * A clock that stands before this program was installed is wrong, and invites would look expired or never expire.
 * @param now Unix time, ms
 */
export async function checkClock(now: number): Promise<Check> {
  const installed = (await stat(fileURLToPath(import.meta.url))).mtimeMs
  if (now >= installed) return ok('clock', `The clock shows ${new Date(now).toISOString()}.`)
  return {
    id: 'clock',
    state: 'error',
    text: `The clock shows ${new Date(now).toISOString()}, which is before this program was installed.`,
    advice: 'Set the clock. The expiry of invites depends on it.'
  }
}

/** The engine, and where there is none whether one can be built. */
export async function checkEngine(context: CommandContext): Promise<readonly Check[]> {
  try {
    const { engine, gpuNotes } = await lookForEngine(context)
    if (engine !== null)
      return [ok('engine', `${engine.version} from ${engine.directory}.`), ...gpuNotes.map(unusedGpu)]
    await findToolchain(context.environment, availableParallelism())
    const missing: Check = {
      id: 'engine',
      state: 'warning',
      text: 'The engine is not built yet. The build tools (git, cmake, a compiler) are installed.',
      advice: 'Build it with: unhosted engine build (serve and demo also build it)'
    }
    return [missing]
  } catch (error) {
    if (isBaseError(error) && error.code !== 'CANCELLED') return [fromError('engine', error)]
    throw error
  }
}

/** @param note why the engine does not use a GPU, and what to install */
export function unusedGpu(note: string): Check {
  return { id: 'gpu', state: 'warning', text: note, advice: 'Then run unhosted doctor again.' }
}

/** @param flag sets another port */
export async function checkPort(id: string, host: string, port: number, flag: string): Promise<Check> {
  const server = createServer()
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    return ok(id, port === 0 ? 'Set to 0: the daemon picks a free port.' : `Port ${port} is free.`)
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    const why = taken ? 'another program is using it' : error instanceof Error ? error.message : String(error)
    const text = `Cannot use port ${port} on ${host}: ${why}.`
    const advice = `Stop that program (it may be another unhosted serve), or choose another port with ${flag}.`
    return { id, state: 'error', text, advice }
  } finally {
    server.close()
  }
}
