import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseCatalogue } from '@unhosted/core/models'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../log/index.ts'
import { tinyModel } from './bundled-model.ts'
import { heldModels } from './held-models.ts'
import { loadCatalogue } from './load-catalogue.ts'
import { createModelStore } from './model-store.ts'
import { ggufBytes, splitBytes } from './testing/gguf.ts'
import type { ModelStore } from './types.ts'

const signal = new AbortController().signal
let home: string
let models: ModelStore

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'unhosted-store-'))
  models = newStore()
})
afterEach(() => rm(home, { recursive: true, force: true }))

function newStore(freeBytes?: () => Promise<number>): ModelStore {
  const paths = { models: join(home, 'models'), catalogue: join(home, 'catalogue.json') }
  return createModelStore({ paths, log: silentLog, ...(freeBytes === undefined ? {} : { freeBytes }) })
}

async function file(name: string, fill = 0): Promise<string> {
  const path = join(home, name)
  await writeFile(path, ggufBytes({ fill }))
  return path
}

const take = async (path: string, name?: string, copy = false) =>
  models.import(path, { copy, signal, ...(name === undefined ? {} : { name }) })
const names = async () => (await models.list()).map((model) => model.names)
const stored = async () => (await readdir(join(home, 'models'))).filter((name) => /^[0-9a-f]{64}$/.test(name))

describe('the model store', { timeout: 30_000 }, () => {
  it('has the bundled model, without writing anything', async () => {
    const tiny = await models.find('tiny')
    expect(tiny).toMatchObject({ names: ['tiny'], path: join(tinyModel.directory, tinyModel.fileName) })
    expect((await models.find(tiny.id.slice(0, 8))).id).toBe(tiny.id)
    expect((await models.find('TINY ')).id).toBe(tiny.id)
    await expect(stat(join(home, 'models'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('stores one file under two names once', async () => {
    await take(await file('One.gguf'))
    await cp(join(home, 'One.gguf'), join(home, 'Two.gguf'))
    const model = await take(join(home, 'Two.gguf'), undefined, true)
    expect(model.names).toEqual(['one', 'two'])
    expect(await stored()).toEqual([model.id])
    expect(await readdir(join(home, 'models', 'incoming'))).toEqual([])
    expect(await models.remove('one')).toBe(0)
    expect(await models.remove('two')).toBe(model.sizeBytes)
    expect(await stored()).toEqual([])
    expect(await names()).toEqual([['tiny']])
  })

  it('gives the bundled model more names, and takes those alone away', async () => {
    const path = join(tinyModel.directory, tinyModel.fileName)
    expect((await take(path, 'small')).names).toEqual(['tiny', 'small'])
    expect(await stored()).toEqual([])
    await expect(models.remove('tiny')).rejects.toMatchObject({ code: 'USAGE' })
    expect(await models.remove('small')).toBe(0)
    expect(await names()).toEqual([['tiny']])
  })

  it('keeps the parts of a split model together', async () => {
    for (const [index, bytes] of splitBytes(2).entries()) {
      await writeFile(join(home, `big-0000${index + 1}-of-00002.gguf`), bytes)
    }
    const model = await take(join(home, 'big-00002-of-00002.gguf'))
    expect(model.names).toEqual(['big'])
    expect(model.files.map((path) => path.split('/').at(-1))).toEqual([
      'model-00001-of-00002.gguf',
      'model-00002-of-00002.gguf'
    ])
  })

  it('copies when told to: the copy outlives and ignores the original', async () => {
    const path = await file('a.gguf')
    const model = await take(path, undefined, true)
    await appendFile(path, 'changed')
    await rm(path)
    expect((await models.find('a')).path).toBe(model.path)
  })

  it('outlives the original of a link, where it is a link within a disk', async () => {
    const path = await file('a.gguf')
    await take(path)
    await rm(path)
    expect((await models.find('a')).problem).toBeUndefined()
  })

  it.runIf(existsSync('/dev/shm'))('links across disks, and tells when the original is gone', async () => {
    const elsewhere = await mkdtemp('/dev/shm/unhosted-store-')
    try {
      await writeFile(join(elsewhere, 'a.gguf'), ggufBytes({}))
      const model = await take(join(elsewhere, 'a.gguf'))
      expect((await models.find('a')).path).toBe(model.path)
      await rm(join(elsewhere, 'a.gguf'))
      await expect(models.find('a')).rejects.toMatchObject({
        code: 'MODEL_INVALID',
        message: expect.stringMatching(/gone/)
      })
    } finally {
      await rm(elsewhere, { recursive: true })
    }
  })

  it('tells a file that changed or is gone, and offers it to nobody', async () => {
    const model = await take(await file('a.gguf'))
    await appendFile(model.path, 'changed')
    expect((await models.list())[1]?.problem).toMatch(/was changed after it was imported/)
    await expect(models.find('a')).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/changed/)
    })
    expect((await heldModels(models, () => false)()).map((held) => held.names)).toEqual([['tiny']])
    await rm(model.path)
    await expect(models.find('a')).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/is gone/)
    })
    await models.remove('a')
    expect(await names()).toEqual([['tiny']])
  })

  it('takes a file that was only touched', async () => {
    const model = await take(await file('a.gguf'))
    await utimes(model.path, 1, 1)
    expect((await models.find('a')).problem).toBeUndefined()
    expect((await models.list())[1]?.problem).toBeUndefined()
  })

  it('says which models are loaded', async () => {
    const { id } = await models.find('tiny')
    expect(await heldModels(models, (modelId) => modelId === id)()).toEqual([
      { id, names: ['tiny'], sizeBytes: 3_751_904, architecture: 'llama', loaded: true }
    ])
  })

  const unknown: readonly (readonly [reference: string, message: RegExp, advice: RegExp])[] = [
    ['nothing', /No model named "nothing"/, /models ls/],
    ['qwen3:8b', /qwen3:8b is not on this machine/, /models pull qwen3:8b/],
    ['hf:owner/repository', /is not on this machine/, /models pull hf:owner/],
    ['abcdef', /No model named "abcdef"/, /models ls/],
    ['6061', /No model named "6061"/, /models ls/]
  ]
  it.each(unknown)('does not know %s', async (reference, message, advice) => {
    await expect(models.find(reference)).rejects.toMatchObject({
      code: 'MODEL_UNKNOWN',
      message: expect.stringMatching(message),
      advice: expect.stringMatching(advice)
    })
    await expect(models.remove(reference)).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' })
  })

  it('refuses a name that another model has', async () => {
    await take(await file('a.gguf', 1))
    await expect(take(await file('b.gguf', 2), 'A')).rejects.toMatchObject({
      code: 'USAGE',
      advice: expect.stringContaining('--name')
    })
    await expect(take(await file('tiny.gguf', 3))).rejects.toMatchObject({ code: 'USAGE' })
    expect(await stored()).toHaveLength(1)
    expect(await readdir(join(home, 'models', 'incoming'))).toEqual([])
  })

  it('refuses a copy for which there is no room', async () => {
    const full = newStore(async () => 1000)
    await expect(full.import(await file('a.gguf'), { copy: true, signal })).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(await stored()).toEqual([])
  })

  it('names the index that does not parse', async () => {
    await mkdir(join(home, 'models'))
    await writeFile(join(home, 'models', 'index.json'), '{"version": 1, "models": [{}]}')
    await expect(models.list()).rejects.toMatchObject({
      code: 'HOME_CORRUPT',
      message: expect.stringContaining('index.json')
    })
  })

  it('loses nothing when several processes and callers write at once', async () => {
    const paths = await Promise.all([1, 2, 3, 4].map((fill) => file(`m${fill}.gguf`, fill)))
    const script = `
      import { createModelStore } from ${JSON.stringify(new URL('./model-store.ts', import.meta.url).href)}
      import { silentLog } from ${JSON.stringify(new URL('../log/index.ts', import.meta.url).href)}
      const paths = { models: ${JSON.stringify(join(home, 'models'))}, catalogue: 'none' }
      const signal = new AbortController().signal
      await createModelStore({ paths, log: silentLog }).import(process.argv[1], { copy: false, signal })`
    const other = (path: string) =>
      promisify(execFile)(process.execPath, ['--conditions=source', '--input-type=module', '-e', script, path])
    const [first, second, ...rest] = paths
    await Promise.all([take(first ?? ''), take(second ?? ''), ...rest.map(other)])
    expect((await names()).flat().sort()).toEqual(['m1', 'm2', 'm3', 'm4', 'tiny'])
  })

  it('takes over the lock of a process that died', async () => {
    await mkdir(join(home, 'models'))
    await writeFile(join(home, 'models', 'index.lock'), '4194304 0000')
    await take(await file('a.gguf'))
    expect(await names()).toEqual([['tiny'], ['a']])
    expect(await readdir(join(home, 'models'))).not.toContain('index.lock')
  })
})

describe('loadCatalogue', () => {
  it('lets the names of the user win over those that are shipped', async () => {
    const path = join(home, 'catalogue.json')
    await writeFile(path, JSON.stringify({ 'QWEN3:8b': 'hf:me/mine:Q8_0', 'our:1b': 'https://example.com/o.gguf' }))
    const catalogue = await loadCatalogue(path)
    expect(catalogue.get('qwen3:8b')).toMatchObject({ owner: 'me' })
    expect(catalogue.get('qwen3:4b')).toMatchObject({ owner: 'Qwen' })
    expect(catalogue.get('our:1b')).toMatchObject({ kind: 'url' })
  })

  it('names the file that is no JSON', async () => {
    const path = join(home, 'catalogue.json')
    await writeFile(path, 'tiny = bundled')
    await expect(loadCatalogue(path)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `The catalogue ${path} is not JSON.`
    })
  })

  it('is shipped whole', async () => {
    const text = await readFile(new URL('../../assets/catalogue.json', import.meta.url), 'utf8')
    expect(parseCatalogue(JSON.parse(text), 'shipped').size).toBeGreaterThan(20)
  })
})
