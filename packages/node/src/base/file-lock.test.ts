import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tryFileLock, withFileLock } from './file-lock.ts'
import { processIdentity } from './process-identity.ts'
import { ManualClock } from './testing/manual-clock.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unhosted-lock-'))
  path = join(folder, 'x.lock')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const never = new AbortController().signal
const freePid = 2 ** 22 + 1
const old = new Date(2020, 1, 1)

describe('a file lock', () => {
  it('is held by one at a time, names its holder, and leaves nothing behind', async () => {
    const first = await tryFileLock(path)
    expect(first).not.toBeNull()
    expect(await tryFileLock(path)).toBeNull()
    const started = (await processIdentity(process.pid))?.started
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid, started })
    await first?.release()
    await first?.release()
    const second = await tryFileLock(path)
    expect(second).not.toBeNull()
    await second?.release()
    expect(await readdir(folder)).toEqual([])
  })

  it.each([
    ['a process that is gone', JSON.stringify({ pid: freePid, started: 'x' })],
    ['a process whose pid belongs to another one now', JSON.stringify({ pid: process.pid, started: 'another time' })],
    ['a process that is gone, where start times are not known', JSON.stringify({ pid: freePid, started: '' })],
    ['nobody who can be read', '']
  ])('of %s is taken over', async (_id, text) => {
    await writeFile(path, text)
    await utimes(path, old, old)
    const lock = await tryFileLock(path)
    expect(lock).not.toBeNull()
    await lock?.release()
    expect(await readdir(folder)).toEqual([])
  })

  it('of a living process is never taken over, however old it is', async () => {
    const lock = await tryFileLock(path)
    await utimes(path, old, old)
    expect(await tryFileLock(path)).toBeNull()
    await lock?.release()
  })

  it('that cannot be read is left alone for a second', async () => {
    await writeFile(path, 'x')
    expect(await tryFileLock(path)).toBeNull()
  })

  it('of a dead process goes to one of many that want it', async () => {
    await writeFile(path, JSON.stringify({ pid: freePid, started: 'x' }))
    const taken = await Promise.all(Array.from({ length: 20 }, () => tryFileLock(path)))
    expect(taken.filter((lock) => lock !== null)).toHaveLength(1)
  })

  it('that was taken over is not released by its earlier holder', async () => {
    const first = await tryFileLock(path)
    await writeFile(path, JSON.stringify({ pid: process.pid, started: 'x', nonce: 'y' }))
    await first?.release()
    expect(await readdir(folder)).toEqual(['x.lock'])
  })

  it('of a process that is killed is taken over at once', async () => {
    const module = join(folder, 'hold.mjs')
    await writeFile(
      module,
      `import { tryFileLock } from ${JSON.stringify(new URL('./file-lock.ts', import.meta.url).href)}
       await tryFileLock(process.argv[2])
       process.send('held')
       setInterval(() => {}, 1000)`
    )
    const holder = fork(module, [path], { execArgv: ['--conditions=source'] })
    await once(holder, 'message')
    expect(await tryFileLock(path)).toBeNull()
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    const lock = await tryFileLock(path)
    expect(lock).not.toBeNull()
    await lock?.release()
  })
})

describe('work under a lock', () => {
  it('runs one after another', async () => {
    let running = 0
    let most = 0
    const work = async (): Promise<void> => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
    }
    await Promise.all(Array.from({ length: 5 }, () => withFileLock({ path, brief: true }, never, work)))
    expect(most).toBe(1)
  })

  it('is refused at once where it is not brief, and after a time where it is', async () => {
    const clock = new ManualClock()
    const lock = await tryFileLock(path)
    const refused = { code: 'HOME_UNUSABLE', message: expect.stringContaining(path) }
    await expect(withFileLock({ path, brief: false }, never, async () => {}, clock)).rejects.toMatchObject(refused)
    const waiting = expect(withFileLock({ path, brief: true }, never, async () => {}, clock)).rejects.toMatchObject(
      refused
    )
    await clock.untilPending(1)
    await clock.advance(15_000)
    await waiting
    await lock?.release()
  })

  it('is cancelled while it waits', async () => {
    const lock = await tryFileLock(path)
    const abort = new AbortController()
    const waiting = withFileLock({ path, brief: true }, abort.signal, async () => {})
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
    await lock?.release()
  })

  it('gives the lock back when it fails', async () => {
    await expect(withFileLock({ path, brief: false }, never, () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no'
    )
    expect(await readdir(folder)).toEqual([])
  })
})
