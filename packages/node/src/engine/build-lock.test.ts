import { utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../base/index.ts'
import { acquireBuildLock } from './build-lock.ts'
import type { BuildProgress } from './build-step.ts'
import { testHome } from './testing/engine.ts'

const quiet = { clock: systemClock, signal: new AbortController().signal, onProgress: () => {} }

describe('acquireBuildLock', { timeout: 30_000 }, () => {
  it('lets the second wait, with the progress of the first, and says that it waited', async () => {
    await using home = await testHome()
    const path = join(home.paths.home, 'x.lock')
    const first = await acquireBuildLock(path, quiet)
    const seen = Promise.withResolvers<BuildProgress>()
    const onProgress = (progress: BuildProgress): void => {
      if (progress.done > 0) seen.resolve(progress)
    }
    const second = acquireBuildLock(path, { ...quiet, onProgress })
    expect(first.waited).toBe(false)
    first.report({ phase: 'compile', done: 42.5, total: 100 })
    expect(await seen.promise).toEqual({ phase: 'waiting', done: 42, total: 100 })
    await first.release()
    expect((await second).waited).toBe(true)
    await (await second).release()
    const third = await acquireBuildLock(path, quiet)
    expect(third.waited).toBe(false)
    await third.release()
  })

  it.each([
    { id: 'a process that is gone', text: JSON.stringify({ pid: 2 ** 22 + 1, started: 'x' }) },
    { id: 'a process whose pid was given away', text: JSON.stringify({ pid: process.pid, started: 'another time' }) },
    { id: 'a process that died before it wrote its name', text: '' }
  ])('does not wait for $id', async ({ text }) => {
    await using home = await testHome()
    const path = join(home.paths.home, 'x.lock')
    await writeFile(path, text)
    await utimes(path, new Date(2020, 1, 1), new Date(2020, 1, 1))
    const lock = await acquireBuildLock(path, quiet)
    expect(lock.waited).toBe(false)
    await lock.release()
  })

  it('stops waiting with its signal', async () => {
    await using home = await testHome()
    const path = join(home.paths.home, 'x.lock')
    const first = await acquireBuildLock(path, quiet)
    const abort = new AbortController()
    const second = acquireBuildLock(path, { ...quiet, signal: abort.signal, onProgress: () => abort.abort() })
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' })
    await first.release()
  })
})
