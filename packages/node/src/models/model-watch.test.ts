import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../log/index.ts'
import { createModelWatch } from './model-watch.ts'

const never = new AbortController().signal

describe('the watch of the models folder', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unhosted-watch-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('tells when a file comes, in a folder that was not there', async () => {
    const models = join(folder, 'models')
    const told = Promise.withResolvers<void>()
    const watch = createModelWatch(models, told.resolve, silentLog)
    await watch.start(never)
    await writeFile(join(models, 'index.json'), '{}')
    await told.promise
    await watch.stop()
  })

  it('tells no more once it was stopped', async () => {
    let count = 0
    const watch = createModelWatch(folder, () => (count += 1), silentLog)
    await watch.start(never)
    await watch.stop()
    await writeFile(join(folder, 'index.json'), '{}')
    await new Promise(setImmediate)
    expect(count).toBe(0)
  })
})
