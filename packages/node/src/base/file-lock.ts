import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { BaseError, cancelled } from '@unhosted/core/errors'
import { z } from 'zod'
import { type Clock, systemClock } from './clock.ts'
import { fileError, hasErrno } from './file-error.ts'
import { processIdentity } from './process-identity.ts'
import { pause } from './wait.ts'

const pollMs = 20
const patienceMs = 15_000
/** A lock is written whole. One that cannot be read, and is older than this, was damaged by a crash or a full disk. */
const unreadableMs = 1000

/** Who holds a lock. `started` is empty where the platform does not tell when a process started. */
const holderSchema = z.object({ pid: z.number().int().min(1), started: z.string() })

export interface FileLock {
  readonly path: string
  /** The work takes milliseconds: others wait for it instead of failing at once. */
  readonly brief: boolean
}

/** A lock that this process holds. */
export interface HeldFileLock {
  /** Idempotent. Leaves a lock alone that another process took over meanwhile. */
  release(): Promise<void>
}

/**
 * Take the lock at `path` unless a living process (this one included) holds it. A lock of a process that died is taken
 * over, also where its pid now belongs to another process: the start time tells them apart.
 * @returns null while it is held
 * @throws BaseError HOME_UNUSABLE | DISK_FULL
 */
export async function tryFileLock(path: string, clock: Clock = systemClock): Promise<HeldFileLock | null> {
  const owner = JSON.stringify({ pid: process.pid, started: await ownStart(), nonce: randomBytes(8).toString('hex') })
  for (;;) {
    if (await create(path, owner)) {
      return {
        async release() {
          if ((await ownerOf(path)) === owner) await rm(path, { force: true })
        }
      }
    }
    if (!(await removeIfStale(path, clock))) return null
  }
}

/**
 * Run `work` while nobody else, in this process or another, runs under the same lock.
 * @throws BaseError HOME_UNUSABLE when it is held (a brief one: for 15 s) | DISK_FULL | CANCELLED
 */
export async function withFileLock<T>(
  lock: FileLock,
  signal: AbortSignal,
  work: () => Promise<T>,
  clock: Clock = systemClock
): Promise<T> {
  const giveUpAt = clock.elapsed() + (lock.brief ? patienceMs : 0)
  if (signal.aborted) throw cancelled(signal.reason)
  let held = await tryFileLock(lock.path, clock)
  while (held === null) {
    if (clock.elapsed() >= giveUpAt) {
      throw new BaseError('HOME_UNUSABLE', `Another Unhosted process holds the lock ${lock.path}.`, {
        advice: 'Wait until it is done, or end it, and run the command again.'
      })
    }
    await pause(clock, pollMs, signal)
    held = await tryFileLock(lock.path, clock)
  }
  try {
    return await work()
  } finally {
    await held.release()
  }
}

let ownStartTime: Promise<string> | null = null

function ownStart(): Promise<string> {
  ownStartTime ??= processIdentity(process.pid).then((identity) => identity?.started ?? '')
  return ownStartTime
}

/** Written beside and linked into place, so that nobody sees a lock without its owner. */
async function create(path: string, owner: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    await writeFile(draft, owner, { flag: 'wx', mode: 0o600 })
    await link(draft, path).catch((error: unknown) => {
      if (!hasErrno(error, 'EPERM') && !hasErrno(error, 'ENOTSUP') && !hasErrno(error, 'ENOSYS')) throw error
      // A file system without hard links.
      return writeFile(path, owner, { flag: 'wx', mode: 0o600 })
    })
    return true
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return false
    throw fileError(path, error)
  } finally {
    await rm(draft, { force: true })
  }
}

/**
 * Renaming shows which lock was taken away: one that another process made in between is put back.
 * @returns whether it is worth trying again
 */
async function removeIfStale(path: string, clock: Clock): Promise<boolean> {
  const owner = await ownerOf(path)
  if (owner === null) return true
  if (!(await isStale(path, owner, clock))) return false
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

async function isStale(path: string, owner: string, clock: Clock): Promise<boolean> {
  const holder = holderIn(owner)
  if (holder !== null) return !(await lives(holder))
  const facts = await stat(path).catch(() => null)
  return facts !== null && clock.now() - facts.mtimeMs > unreadableMs
}

function holderIn(text: string): z.infer<typeof holderSchema> | null {
  try {
    return holderSchema.parse(JSON.parse(text))
  } catch {
    // Cut off or damaged.
    return null
  }
}

async function lives({ pid, started }: z.infer<typeof holderSchema>): Promise<boolean> {
  if (started !== '') return (await processIdentity(pid))?.started === started
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
