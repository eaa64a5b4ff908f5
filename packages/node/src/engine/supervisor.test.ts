import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processIdentity, systemClock } from '../base/index.ts'
import { silentLog } from '../log/index.ts'
import { createSupervisor, type ProcessSpec, type Supervisor } from './supervisor.ts'
import { type TestHome, testHome } from './testing/engine.ts'

let home: TestHome
let supervisor: Supervisor

beforeEach(async () => {
  home = await testHome()
  supervisor = createSupervisor({
    paths: home.paths,
    log: silentLog,
    leash: [],
    clock: systemClock,
    watchIntervalMs: 20
  })
})
afterEach(async () => {
  await supervisor.stop()
  await home[Symbol.asyncDispose]()
})

const node = (script: string): ProcessSpec => ({
  title: 'llama-server',
  command: process.execPath,
  args: ['-e', script],
  environment: { PATH: process.env.PATH },
  socketPath: null,
  memoryLimitBytes: null
})
const waits = 'setInterval(() => {}, 1000)'

async function untilPrinted(lines: () => readonly string[], text: string): Promise<void> {
  while (!lines().includes(text)) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('exit', { timeout: 30_000 }, () => {
  it.each([
    {
      id: 'a code, with the line that says why',
      script: 'console.error("error: out of memory"); process.exit(3)',
      expected: { code: 3, signal: null, summary: 'llama-server ended with code 3: error: out of memory.' }
    },
    {
      id: 'a signal',
      script: 'process.kill(process.pid, "SIGKILL")',
      expected: { code: null, signal: 'SIGKILL', summary: 'llama-server was ended by SIGKILL (9).' }
    },
    {
      id: 'an end without a reason',
      script: '',
      expected: { code: 0, signal: null, summary: 'llama-server ended with code 0.' }
    }
  ])('is an event: $id', async ({ script, expected }) => {
    const started = await supervisor.start(node(script))
    expect(await started.exited).toEqual(expected)
    expect(started.exit).toEqual(expected)
  })

  it('leaves no record behind', async () => {
    const started = await supervisor.start(node(waits))
    expect(await readdir(home.paths.run)).toEqual([`process-${started.pid}.json`])
    await started.stop()
    expect(await readdir(home.paths.run)).toEqual([])
  })
})

describe('stop', { timeout: 30_000 }, () => {
  it('asks first', async () => {
    const started = await supervisor.start(node(waits))
    expect(await started.stop()).toMatchObject({ signal: 'SIGTERM', summary: 'llama-server was stopped.' })
  })

  it('kills a process that does not listen', async () => {
    const started = await supervisor.start(node(`process.on("SIGTERM", () => {}); console.log("up"); ${waits}`))
    await untilPrinted(started.output.lines, 'up')
    expect(await started.stop(50)).toMatchObject({ signal: 'SIGKILL' })
  })

  it('is the same for every caller', async () => {
    const started = await supervisor.start(node(waits))
    const [first, second] = await Promise.all([started.stop(), started.stop()])
    expect(first).toBe(second)
    expect(await started.stop()).toBe(first)
  })

  it('of the supervisor ends every process and refuses new ones', async () => {
    const started = await Promise.all([supervisor.start(node(waits)), supervisor.start(node(waits))])
    await supervisor.stop()
    for (const { pid } of started) expect(await processIdentity(pid)).toBeNull()
    await expect(supervisor.start(node(waits))).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

describe.skipIf(process.platform === 'win32')('a stopped process', () => {
  it('counts as dead: it is ended and its end is told', async () => {
    const started = await supervisor.start(node(waits))
    process.kill(started.pid, 'SIGSTOP')
    expect(await started.exited).toMatchObject({
      signal: 'SIGKILL',
      summary: 'llama-server was suspended by a stop signal and was ended.'
    })
  })
})

describe.runIf(process.platform === 'linux')('a process that takes more memory than it may', () => {
  it('is ended, and its end says why', async () => {
    const started = await supervisor.start({ ...node(waits), memoryLimitBytes: 1024 * 1024 })
    expect(await started.exited).toMatchObject({
      signal: 'SIGKILL',
      summary: expect.stringMatching(/^llama-server took .* of memory where 1\.0 MiB were allowed and was ended\.$/)
    })
  })

  it('is left in peace below that', async () => {
    const started = await supervisor.start({ ...node('setTimeout(() => {}, 300)'), memoryLimitBytes: 2 ** 34 })
    expect(await started.exited).toMatchObject({ code: 0 })
  })
})

describe('start', { timeout: 30_000 }, () => {
  it('says what cannot be executed', async () => {
    await expect(supervisor.start({ ...node(''), command: '/nowhere/llama-server' })).rejects.toMatchObject({
      code: 'ENGINE_START_FAILED',
      advice: expect.stringContaining('unhosted engine build')
    })
  })

  it('names a log file by the processes that run at once', async () => {
    const [first, second] = [await supervisor.start(node(waits)), await supervisor.start(node(waits))]
    expect([first.logFile, second.logFile].map((file) => file.split('/').at(-1))).toEqual([
      'llama-server-0.log',
      'llama-server-1.log'
    ])
    await first.stop()
    expect((await supervisor.start(node(waits))).logFile).toBe(first.logFile)
  })
})
