import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { BaseError } from '@unhosted/core/errors'
import { fileError, hasErrno } from '../store/index.ts'

const pollMs = 20
/** What is done under the lock takes milliseconds; a holder this old is another program with a reused pid. */
const staleMs = 60_000
const patienceMs = 15_000

/**
 * Run `work` while no other process (nor another caller in this one) runs under the same lock file. A lock left by a
 * process that died is taken over.
 * @throws BaseError HOME_UNUSABLE when the lock stays taken | CANCELLED
 */
export async function withFileLock<T>(path: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const owner = `${process.pid} ${randomBytes(8).toString('hex')}`
  const giveUpAt = performance.now() + patienceMs
  while (!(await acquire(path, owner))) {
    if (performance.now() > giveUpAt) {
      throw new BaseError('HOME_UNUSABLE', `${path} is held by another process.`, {
        advice: 'Wait for the other unhosted command to end; if there is none, delete the file.'
      })
    }
    await takeOverIfStale(path)
    await delay(pollMs, undefined, { signal }).catch((cause: unknown) => {
      throw new BaseError('CANCELLED', 'The operation was cancelled.', { advice: 'Run it again.', cause })
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
async function takeOverIfStale(path: string): Promise<void> {
  const owner = await ownerOf(path)
  if (owner === null || !(await isStale(path, owner))) return
  const aside = `${path}.${randomBytes(6).toString('hex')}.stale`
  try {
    await rename(path, aside)
    if ((await ownerOf(aside)) !== owner) await link(aside, path)
  } catch (error) {
    if (!hasErrno(error, 'ENOENT') && !hasErrno(error, 'EEXIST')) throw fileError(path, error)
  } finally {
    await rm(aside, { force: true })
  }
}

async function isStale(path: string, owner: string): Promise<boolean> {
  const facts = await stat(path).catch(() => null)
  if (facts === null) return false
  const age = Date.now() - facts.mtimeMs
  const pid = Number(owner.split(' ')[0])
  if (!Number.isInteger(pid) || pid < 1) return age > 1000
  return age > staleMs || !isAlive(pid)
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
