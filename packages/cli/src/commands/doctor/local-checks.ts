import { once } from 'node:events'
import { stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { healthWarning } from '@unhosted/core/control'
import { isBaseError } from '@unhosted/core/errors'
import { formatBytes, GiB } from '@unhosted/core/units'
import { findToolchain } from '@unhosted/node/engine'
import { type HomePaths, prepareHome } from '@unhosted/node/store'
import type { CommandContext } from '../../command/context.ts'
import { lookForEngine } from '../../setup/engine.ts'
import { type Check, fromError, fromWarning, ok } from './check.ts'

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
    if (free >= scarceDiskBytes) return ok('disk', `${formatBytes(free)} free for models in ${home}.`)
    const id = free < scarceDiskBytes / 10 ? 'disk-full' : 'disk-low'
    return fromWarning(healthWarning(id, { free: formatBytes(free), home }), 'disk')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return fromWarning(healthWarning('disk-unreadable', { home, reason }), 'disk')
  }
}

/**
 * A clock that stands before this program was installed is wrong, and invites would look expired or never expire.
 * @param now Unix time, ms
 */
export async function checkClock(now: number): Promise<Check> {
  const installed = (await stat(fileURLToPath(import.meta.url))).mtimeMs
  if (now >= installed) return ok('clock', `The clock shows ${new Date(now).toISOString()}.`)
  return fromWarning(healthWarning('clock-wrong', { now: new Date(now).toISOString() }), 'clock')
}

/** The engine, and where there is none whether one can be built. */
export async function checkEngine(context: CommandContext): Promise<readonly Check[]> {
  try {
    const { engine, gpuNotes } = await lookForEngine(context)
    if (engine !== null)
      return [ok('engine', `${engine.version} from ${engine.directory}.`), ...gpuNotes.map(unusedGpu)]
    await findToolchain(context.environment, availableParallelism())
    return [fromWarning(healthWarning('engine-not-built', {}), 'engine')]
  } catch (error) {
    if (isBaseError(error) && error.code !== 'CANCELLED') return [fromError('engine', error)]
    throw error
  }
}

/**
 * @param note why the engine does not use a GPU, and what to install
 * @internal
 */
export function unusedGpu(note: string): Check {
  return fromWarning(healthWarning('gpu-unused', { note }), 'gpu')
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
    const reason = taken ? 'another program is using it' : error instanceof Error ? error.message : String(error)
    return fromWarning(healthWarning('port-unusable', { port: String(port), host, reason, flag }), id)
  } finally {
    server.close()
  }
}
