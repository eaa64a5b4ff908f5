import { access, chmod, constants, lstat, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BaseError } from '@unhosted/core/errors'
import { fileError, hasErrno } from '../base/index.ts'
import { type HomePaths, shortSocketFolder } from './paths.ts'

const ownerOnly = 0o700

/**
 * Make the home folder and its parts, for its owner only, and check that it can be used. Idempotent.
 * @throws BaseError HOME_UNUSABLE | DISK_FULL
 */
export async function prepareHome(paths: HomePaths): Promise<void> {
  await makeFolder(paths.home)
  for (const folder of [paths.models, paths.run, paths.logs, paths.engineLogs]) await makeFolder(folder)
  if (process.platform === 'win32') return
  const sockets = [paths.controlSocket, paths.engineSocket('probe')]
  if (sockets.some((path) => dirname(path) === shortSocketFolder())) await makeSocketFolder(shortSocketFolder())
}

async function makeFolder(path: string): Promise<void> {
  try {
    await makeWithParents(path)
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) await chmod(path, ownerOnly)
  } catch (error) {
    throw fileError(path, asFolderError(error))
  }
}

/** Not mkdir's own `recursive`: that one never returns where the file system itself refuses, as /proc does. */
async function makeWithParents(path: string): Promise<void> {
  if (await makeOne(path)) return
  await makeWithParents(dirname(path))
  if (!(await makeOne(path))) throw Object.assign(new Error('no folder can be made there'), { code: 'EPERM' })
}

/** @returns false where the parent is missing */
async function makeOne(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: ownerOnly })
    return true
  } catch (error) {
    if (hasErrno(error, 'EEXIST') && (await stat(path)).isDirectory()) return true
    if (hasErrno(error, 'ENOENT') && dirname(path) !== path) return false
    throw error
  }
}

/** mkdir says EEXIST where a file stands in the place of the folder. */
function asFolderError(error: unknown): unknown {
  if (error instanceof Error && (error as NodeJS.ErrnoException).code === 'EEXIST') {
    return Object.assign(new Error(error.message, { cause: error }), { code: 'ENOTDIR' })
  }
  return error
}

/** This one is in a folder that all users share: someone else may have made it first, or as a link. */
async function makeSocketFolder(path: string): Promise<void> {
  await makeFolder(path)
  const found = await lstat(path)
  if (found.isDirectory() && found.uid === process.getuid?.()) return
  throw new BaseError('HOME_UNUSABLE', `${path} belongs to another user.`, {
    advice: 'Remove it, or choose a home folder with a shorter path with --home.'
  })
}
