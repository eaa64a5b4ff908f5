import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { BaseError } from '@unhosted/core/errors'
import { cancelled } from '../models/cancelled.ts'
import { fileError, hasErrno } from '../store/index.ts'

const pollMs = 20
/** A holder of a brief lock this old is another program with a reused pid. */
const staleMs = 60_000
const patienceMs = 15_000

export interface FileLock {
  readonly path: string
  /** Whether the work takes milliseconds: then others wait for it, and an old lock is stale whoever holds it. */
  readonly brief: boolean
}

/**
 * Run `work` while no other process (nor another caller in this one) runs under the same lock file. A lock left by a
 * process that died is taken over.
 * @throws BaseError HOME_UNUSABLE when the lock is taken, or stays so | CANCELLED
 */
export async function withFileLock<T>(lock: FileLock, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const { path } = lock
  const owner = `${process.pid} ${randomBytes(8).toString('hex')}`
  const giveUpAt = performance.now() + (lock.brief ? patienceMs : 0)
  while (!(await acquire(path, owner))) {
    const tookOver = await takeOverIfStale(lock)
    if (!tookOver && performance.now() > giveUpAt) {
      throw new BaseError('HOME_UNUSABLE', `Another unhosted process holds the lock ${path}.`, {
        advice: 'Wait until it ends. If there is no such process, delete the file.'
      })
    }
    await delay(pollMs, undefined, { signal }).catch((cause: unknown) => {
      throw cancelled(cause)
    })
  }
  try {
    return await work()
  } finally {
    if ((await ownerOf(path)) === owner) await rm(path, { force: true })
  }
}

async function acquire(path: string, owner: string): Promise<boolean> {
  try {
    await writeFile(path, owner, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return false
    throw fileError(path, error)
  }
}

/** Renaming shows which lock was taken away: one that was made anew in between is put back. */
async function takeOverIfStale(lock: FileLock): Promise<boolean> {
  const { path } = lock
  const owner = await ownerOf(path)
  if (owner === null) return true
  if (!(await isStale(lock, owner))) return false
  const aside = `${path}.${randomBytes(6).toString('hex')}.stale`
  try {
    await rename(path, aside)
    if ((await ownerOf(aside)) !== owner) await link(aside, path)
  } catch (error) {
    if (!hasErrno(error, 'ENOENT') && !hasErrno(error, 'EEXIST')) throw fileError(path, error)
  } finally {
    await rm(aside, { force: true })
  }
  return true
}

async function isStale(lock: FileLock, owner: string): Promise<boolean> {
  const facts = await stat(lock.path).catch(() => null)
  if (facts === null) return false
  const age = Date.now() - facts.mtimeMs
  const pid = Number(owner.split(' ')[0])
  if (!Number.isInteger(pid) || pid < 1) return age > 1000
  return (lock.brief && age > staleMs) || !isAlive(pid)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !hasErrno(error, 'ESRCH')
  }
}

async function ownerOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT')) return null
    throw fileError(path, error)
  })
}
