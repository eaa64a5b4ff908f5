import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { acquireBuildLock } from './build-lock.ts'
import type { BuildProgress } from './build-step.ts'
import { testHome } from './testing/engine.ts'

const quiet = { signal: new AbortController().signal, onProgress: () => {} }

describe('acquireBuildLock', { timeout: 30_000 }, () => {
  it('lets the second wait, with the progress of the first', async () => {
    await using home = await testHome()
    const path = join(home.paths.home, 'x.lock')
    const first = await acquireBuildLock(path, quiet)
    const seen = Promise.withResolvers<BuildProgress>()
    const onProgress = (progress: BuildProgress): void => {
      if (progress.done > 0) seen.resolve(progress)
    }
    const second = acquireBuildLock(path, { ...quiet, onProgress })
    first?.report({ phase: 'compile', done: 42.5, total: 100 })
    expect(await seen.promise).toEqual({ phase: 'waiting', done: 42, total: 100 })
    await first?.release()
    expect(await second).toBeNull()
    const third = await acquireBuildLock(path, quiet)
    expect(third).not.toBeNull()
    await third?.release()
  })

  it.each([
    { id: 'a process that is gone', text: JSON.stringify({ pid: 2 ** 22 + 1, started: 'x' }) },
    { id: 'a process whose pid was given away', text: JSON.stringify({ pid: process.pid, started: 'another time' }) },
    { id: 'a process that died before it wrote its name', text: '' }
  ])('does not wait for $id', async ({ text }) => {
    await using home = await testHome()
    const path = join(home.paths.home, 'x.lock')
    await writeFile(path, text)
    expect(await acquireBuildLock(path, quiet)).toBeNull()
    const lock = await acquireBuildLock(path, quiet)
    expect(lock).not.toBeNull()
    await lock?.release()
  })

  it('stops waiting with its signal', async () => {
    await using home = await testHome()
    const path = join(home.paths.home, 'x.lock')
    const first = await acquireBuildLock(path, quiet)
    const abort = new AbortController()
    const second = acquireBuildLock(path, { signal: abort.signal, onProgress: () => abort.abort() })
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' })
    await first?.release()
  })
})
