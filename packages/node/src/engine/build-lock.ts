import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { cancelled } from '@unhosted/core/errors'
import { z } from 'zod'
import { type Clock, pause, tryFileLock } from '../base/index.ts'
import type { BuildProgress } from './build-step.ts'

const progressSchema = z.object({ done: z.number().min(0).max(100) })
const pollMs = 250

export interface BuildLock {
  /** Whether another process held it first: then the engine may be there by now. */
  readonly waited: boolean
  /** Tells those who wait how far it is. */
  report(progress: BuildProgress): void
  release(): Promise<void>
}

/**
 * One build at a time per cache; others wait and see its progress. It saves work and is not needed for safety: a
 * finished engine appears by one rename, so that two builds at once would do no harm.
 * @throws BaseError HOME_UNUSABLE | DISK_FULL | CANCELLED
 */
export async function acquireBuildLock(
  path: string,
  options: {
    readonly clock: Clock
    readonly signal: AbortSignal
    readonly onProgress: (progress: BuildProgress) => void
  }
): Promise<BuildLock> {
  const { clock, signal } = options
  await mkdir(dirname(path), { recursive: true })
  const progressPath = path.replace(/\.lock$/, '.progress')
  for (let waited = false; ; waited = true) {
    if (signal.aborted) throw cancelled(signal.reason, 'Building the engine was cancelled.')
    const held = await tryFileLock(path, clock)
    if (held !== null) return { waited, ...createReport(progressPath, () => held.release()) }
    options.onProgress({ phase: 'waiting', done: await readDone(progressPath), total: 100 })
    await pause(clock, pollMs, signal)
  }
}

async function readDone(path: string): Promise<number> {
  try {
    return progressSchema.parse(JSON.parse(await readFile(path, 'utf8'))).done
  } catch {
    // Not written yet, or being written.
    return 0
  }
}

function createReport(path: string, release: () => Promise<void>): Pick<BuildLock, 'report' | 'release'> {
  let writing: Promise<void> = Promise.resolve()
  let last = -1
  return {
    report: ({ done }) => {
      if (Math.floor(done) === last) return
      last = Math.floor(done)
      // Only for those who wait to look at: losing one is no harm.
      writing = writing.then(() => writeFile(path, JSON.stringify({ done: last }))).catch(() => {})
    },
    release: async () => {
      await writing
      await rm(path, { force: true })
      await release()
    }
  }
}
