import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processIdentity, systemClock } from '../base/index.ts'
import { silentLog } from '../log/index.ts'
import { awaitReady } from './readiness.ts'
import { createSupervisor, type Supervisor, type WatchedProcess } from './supervisor.ts'
import { type TestHome, testHome } from './testing/engine.ts'

const clock = systemClock
let home: TestHome
let supervisor: Supervisor

beforeEach(async () => {
  home = await testHome()
  supervisor = createSupervisor({ paths: home.paths, log: silentLog, leash: [], clock })
})
afterEach(async () => {
  await supervisor.stop()
  await home[Symbol.asyncDispose]()
})

const start = (script: string): Promise<WatchedProcess> =>
  supervisor.start({
    title: 'llama-server',
    command: process.execPath,
    args: ['-e', script],
    environment: {},
    socketPath: null,
    memoryLimitBytes: null
  })
const never = async (): Promise<boolean> => false

describe('awaitReady', { timeout: 30_000 }, () => {
  it.runIf(process.platform === 'linux')('gives up on a process that neither works nor speaks', async () => {
    const started = await start('setTimeout(() => {}, 60_000)')
    const waiting = awaitReady(started, { clock, signal: new AbortController().signal, probe: never, stallMs: 400 })
    await expect(waiting).rejects.toMatchObject({
      code: 'ENGINE_START_FAILED',
      message: expect.stringMatching(/did nothing for \d+ s/),
      advice: expect.stringContaining(started.logFile)
    })
    expect(await processIdentity(started.pid)).toBeNull()
  })

  it('bears with one that works in silence, up to the limit', async () => {
    const started = await start('while (true);')
    const limits = { stallMs: 400, limitMs: 1200 }
    const waiting = awaitReady(started, { clock, signal: new AbortController().signal, probe: never, ...limits })
    await expect(waiting).rejects.toMatchObject({ message: expect.stringMatching(/not ready after 1 s/) })
  })

  it('refuses at once when the process ends', async () => {
    const started = await start('console.error("error: no such device"); process.exit(1)')
    await expect(
      awaitReady(started, { clock, signal: new AbortController().signal, probe: never })
    ).rejects.toMatchObject({
      message: 'llama-server ended with code 1: error: no such device.',
      details: { lastLine: 'error: no such device' }
    })
  })

  it('cancels, and ends the process', async () => {
    const started = await start('setTimeout(() => {}, 60_000)')
    const abort = new AbortController()
    const probe = async (): Promise<boolean> => {
      abort.abort()
      return false
    }
    await expect(awaitReady(started, { clock, signal: abort.signal, probe })).rejects.toMatchObject({
      code: 'CANCELLED'
    })
    expect(await processIdentity(started.pid)).toBeNull()
  })
})
