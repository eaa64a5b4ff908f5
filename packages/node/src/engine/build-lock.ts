import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { hasErrno } from '../store/index.ts'
import type { BuildProgress } from './build-step.ts'
import { throwIfCancelled } from './cancelled.ts'
import { processIdentity } from './process-state.ts'

const holderSchema = z.object({ pid: z.number().int().min(1), started: z.string() })
const progressSchema = z.object({ done: z.number().min(0).max(100) })

export interface BuildLock {
  /** Tells those who wait how far it is. */
  report(progress: BuildProgress): void
  release(): Promise<void>
}

/**
 * One build at a time per cache; others wait and see its progress. It saves work and is not needed for safety: a
 * finished engine appears by one rename, so that two builds at once would do no harm.
 * @returns null when another process had it and has now let go: look again whether the engine is there
 */
export async function acquireBuildLock(
  path: string,
  options: { readonly signal: AbortSignal; readonly onProgress: (progress: BuildProgress) => void }
): Promise<BuildLock | null> {
  await mkdir(dirname(path), { recursive: true })
  const progressPath = path.replace(/\.lock$/, '.progress')
  if (await tryLock(path)) return held(path, progressPath)
  while (true) {
    throwIfCancelled(options.signal, 'Building the engine')
    if (!(await holderLives(path))) {
      await rm(path, { force: true })
      return null
    }
    options.onProgress({ phase: 'waiting', done: await readDone(progressPath), total: 100 })
    await delay(250)
  }
}

async function tryLock(path: string): Promise<boolean> {
  const identity = await processIdentity(process.pid)
  try {
    const file = await open(path, 'wx')
    await file.writeFile(JSON.stringify({ pid: process.pid, started: identity?.started ?? '' }))
    await file.close()
    return true
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return false
    throw error
  }
}

async function holderLives(path: string): Promise<boolean> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return false
    throw error
  }
  // Between its creation and its content a lock is empty for a moment; an old empty one is a dead process's.
  const parsed = holderSchema.safeParse(text === '' ? null : JSON.parse(text))
  if (!parsed.success) {
    await delay(1000)
    return (await readFile(path, 'utf8').catch(() => '')) !== text
  }
  const identity = await processIdentity(parsed.data.pid)
  return identity !== null && (parsed.data.started === '' || identity.started === parsed.data.started)
}

async function readDone(path: string): Promise<number> {
  try {
    return progressSchema.parse(JSON.parse(await readFile(path, 'utf8'))).done
  } catch {
    // Not written yet, or being written.
    return 0
  }
}

function held(path: string, progressPath: string): BuildLock {
  let writing: Promise<void> = Promise.resolve()
  let last = -1
  return {
    report: ({ done }) => {
      if (Math.floor(done) === last) return
      last = Math.floor(done)
      // Only for those who wait to look at: losing one is no harm.
      writing = writing.then(() => writeFile(progressPath, JSON.stringify({ done: last }))).catch(() => {})
    },
    release: async () => {
      await writing
      await rm(progressPath, { force: true })
      await rm(path, { force: true })
    }
  }
}
