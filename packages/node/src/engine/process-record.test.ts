import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processIdentity } from '../base/index.ts'
import { silentLog } from '../log/index.ts'
import { type ProcessRecord, sweepProcesses, writeProcessRecord } from './process-record.ts'
import { awaitGone, type TestHome, testHome } from './testing/engine.ts'

const command = process.execPath
const deadOwner = { pid: 2 ** 22 + 1, started: 'long ago' }

let home: TestHome
let child: ChildProcess
let record: ProcessRecord

beforeEach(async () => {
  home = await testHome()
  child = spawn(command, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  await once(child, 'spawn')
  const { pid } = child
  const identity = pid === undefined ? null : await processIdentity(pid)
  if (pid === undefined || identity === null) throw new Error('the child is not there')
  record = { pid, started: identity.started, binary: command, socketPath: null, owner: deadOwner }
})
afterEach(async () => {
  child.kill('SIGKILL')
  await home[Symbol.asyncDispose]()
})

describe('sweepProcesses', { timeout: 30_000 }, () => {
  it('ends what a dead daemon left, and its socket', async () => {
    const socketPath = join(home.paths.run, 'llama-x.sock')
    writeProcessRecord(home.paths.run, { ...record, socketPath })
    await writeFile(socketPath, '')
    expect(await sweepProcesses(home.paths, silentLog)).toEqual([record.pid])
    await awaitGone(record.pid)
    expect(await readdir(home.paths.run)).toEqual([])
  })

  it.each([
    { id: 'started at another time: the pid was given to someone else', change: { started: 'boot/1' } },
    { id: 'another binary', change: { binary: '/opt/engine/llama-server' } }
  ])('leaves a process alone that is $id', async ({ change }) => {
    writeProcessRecord(home.paths.run, { ...record, ...change })
    expect(await sweepProcesses(home.paths, silentLog)).toEqual([])
    expect(await processIdentity(record.pid)).not.toBeNull()
    expect(await readdir(home.paths.run)).toEqual([])
  })

  it('leaves the processes of a living daemon alone', async () => {
    const own = await processIdentity(process.pid)
    writeProcessRecord(home.paths.run, { ...record, owner: { pid: process.pid, started: own?.started ?? '' } })
    expect(await sweepProcesses(home.paths, silentLog)).toEqual([])
    expect(await processIdentity(record.pid)).not.toBeNull()
    expect(await readdir(home.paths.run)).toEqual([`process-${record.pid}.json`])
  })

  it.each([
    { id: 'cut off', text: '{"pid": 12' },
    { id: 'not ours', text: '{"pid": 1, "started": "x"}' },
    { id: 'huge', text: ' '.repeat(20_000) }
  ])('removes a record that is $id and goes on', async ({ text }) => {
    await mkdir(home.paths.run, { recursive: true })
    await writeFile(join(home.paths.run, 'process-1.json'), text)
    writeProcessRecord(home.paths.run, record)
    expect(await sweepProcesses(home.paths, silentLog)).toEqual([record.pid])
    expect(await readdir(home.paths.run)).toEqual([])
  })

  it('finds nothing in a home that never ran', async () => {
    expect(await sweepProcesses(home.paths, silentLog)).toEqual([])
  })
})
