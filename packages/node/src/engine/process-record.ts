import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { type Clock, hasErrno, pause, processIdentity, systemClock } from '../base/index.ts'
import type { Log } from '../log/index.ts'
import type { HomePaths } from '../store/index.ts'

const recordSchema = z.strictObject({
  pid: z.number().int().min(2),
  started: z.string().min(1).max(200),
  binary: z.string().min(1).max(4096),
  socketPath: z.string().max(4096).nullable(),
  /** The daemon that started it. */
  owner: z.strictObject({ pid: z.number().int().min(1), started: z.string().max(200) })
})
export type ProcessRecord = z.infer<typeof recordSchema>

const prefix = 'process-'
const maxRecordBytes = 16_384

const recordPath = (run: string, pid: number): string => join(run, `${prefix}${pid}.json`)

/** Note a child on disk, so that a later daemon can end it if this one cannot. Synchronous: no gap for a crash. */
export function writeProcessRecord(run: string, record: ProcessRecord): void {
  mkdirSync(run, { recursive: true, mode: 0o700 })
  writeFileSync(recordPath(run, record.pid), JSON.stringify(record), { mode: 0o600 })
}

export function removeProcessRecord(run: string, pid: number): void {
  rmSync(recordPath(run, pid), { force: true })
}

/**
 * End engine processes that an earlier daemon of this home left behind. A process is ended only when pid, start
 * time and binary are those on record (a pid may have gone to someone else since), and the daemon that started it
 * is gone. Call it before anything is started.
 * @returns pids that were ended
 */
export async function sweepProcesses(
  paths: Pick<HomePaths, 'run'>,
  log: Log,
  clock: Clock = systemClock
): Promise<readonly number[]> {
  const ended: number[] = []
  for (const name of await recordNames(paths.run)) {
    const path = join(paths.run, name)
    const record = await readRecord(path)
    if (record === null) {
      log.warn({ path }, 'a process record does not parse and is removed')
    } else if (await lives(record.owner)) {
      continue
    } else if (await isSameProcess(record)) {
      log.warn({ pid: record.pid, binary: record.binary }, 'ending an engine process that an earlier run left')
      await killAndWait(record.pid, clock)
      ended.push(record.pid)
    }
    if (record !== null && record.socketPath !== null) await rm(record.socketPath, { force: true })
    await rm(path, { force: true })
  }
  return ended
}

async function recordNames(run: string): Promise<readonly string[]> {
  try {
    const names = await readdir(run)
    return names.filter((name) => /^process-\d+\.json$/.test(name))
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return []
    throw error
  }
}

async function readRecord(path: string): Promise<ProcessRecord | null> {
  const text = await readFile(path, 'utf8')
  if (text.length > maxRecordBytes) return null
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch {
    // Cut off by a crash or altered: the caller says so and removes it.
    return null
  }
}

async function lives(owner: ProcessRecord['owner']): Promise<boolean> {
  return (await processIdentity(owner.pid))?.started === owner.started
}

async function isSameProcess(record: ProcessRecord): Promise<boolean> {
  const now = await processIdentity(record.pid)
  if (now === null || now.started !== record.started) return false
  return now.binary.startsWith(record.binary) || basename(now.binary) === basename(record.binary)
}

/** Longest wait for a process that was killed, ms. */
const deathMs = 3000

async function killAndWait(pid: number, clock: Clock): Promise<void> {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (hasErrno(error, 'ESRCH')) return
    throw error
  }
  const until = clock.elapsed() + deathMs
  while (clock.elapsed() < until && (await processIdentity(pid)) !== null)
    await pause(clock, 20, new AbortController().signal)
}
