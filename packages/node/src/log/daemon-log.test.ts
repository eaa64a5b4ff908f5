import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDaemonLog } from './index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unhosted-log-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('openDaemonLog', () => {
  it('writes structured lines to a file of the owner, whole after close', async () => {
    const { log, close } = openDaemonLog(folder, 'info')
    log.component('p2p:pairing').info({ peer: 'mini', token: 'secret', request: { prompt: 'hidden words' } }, 'paired')
    log.debug({}, 'not at this level')
    await close()
    await close()
    const path = join(folder, 'daemon.log')
    const text = await readFile(path, 'utf8')
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    ).toMatchObject([
      { component: 'p2p:pairing', peer: 'mini', token: '[hidden]', request: { prompt: '[hidden]' }, msg: 'paired' }
    ])
    expect(text).not.toContain('secret')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('closes when nothing was written', async () => {
    await openDaemonLog(folder, 'info').close()
  })
})
