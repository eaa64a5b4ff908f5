import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '../log/index.ts'
import { createModelStore, type ModelStoreOptions } from './model-store.ts'
import { partialKey } from './partial-download.ts'
import { ggufBytes, smallTensors, splitBytes } from './testing/gguf.ts'
import { startTestHub, type TestHub } from './testing/hub.ts'
import type { ModelStore, PullProgress } from './types.ts'

const reference = 'hf:owner/repository:Q8_0'
const fileName = 'Model-Q8_0.gguf'
const signal = new AbortController().signal
let home: string
let hub: TestHub
let logged: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'unhosted-pull-'))
  hub = await startTestHub()
  hub.files.set(fileName, smallModel)
  logged = ''
})
afterEach(async () => {
  await hub.stop()
  await rm(home, { recursive: true, force: true })
})

const smallModel = ggufBytes({ fill: 1 })
/** Several times larger than the three chunks of 5 MiB that the downloader has under way at once. */
const largeModels = [1, 2].map(largeModel)

/** Its bytes tell where they belong. */
function largeModel(seed: number): Buffer {
  const dataBytes = 32 * 1024 ** 2
  const bytes = ggufBytes({ tensors: [...smallTensors, { name: 'blk.1.ffn_down.weight', dimensions: [1024, 8192] }] })
  for (let at = bytes.length - dataBytes; at < bytes.length; at += 4096) bytes.writeUInt32LE(at + seed, at)
  return bytes
}

function useModel(bytes: Buffer | undefined): void {
  hub.files.set(fileName, bytes ?? Buffer.alloc(0))
}

function store(options: Partial<ModelStoreOptions> = {}): ModelStore {
  return createModelStore({
    paths: { models: join(home, 'models'), catalogue: join(home, 'catalogue.json') },
    log: createLog({ write: (line) => (logged += line) }, 'debug'),
    hubEndpoint: hub.origin,
    stallMs: 20_000,
    ...options
  })
}

const pull = (models: ModelStore, what = reference, onProgress: (progress: PullProgress) => void = () => {}) =>
  models.pull(what, { signal, onProgress })

const digest = (bytes: Buffer | undefined) =>
  createHash('sha256')
    .update(bytes ?? '')
    .digest('hex')
const partialFolder = (source: string) => join(home, 'models', 'partial', partialKey(source))
const partials = async () =>
  (await readdir(join(home, 'models', 'partial'))).filter((name) => existsSync(join(home, 'models', 'partial', name)))

async function expectStored(models: ModelStore, bytes: Buffer | undefined, what = reference): Promise<void> {
  const model = await models.find(what)
  expect(model.id).toBe(digest(bytes))
  expect(digest(await readFile(model.path))).toBe(digest(bytes))
  expect(await partials()).toEqual([])
}

describe('pull from the hub', { timeout: 30_000 }, () => {
  it('follows the redirect, checks the hash, and reports progress', async () => {
    const models = store()
    const seen: PullProgress[] = []
    const model = await pull(models, reference, (progress) => seen.push(progress))
    expect(model).toMatchObject({ names: ['owner/repository:q8_0'], id: digest(hub.files.get(fileName)) })
    expect(seen.at(-1)).toMatchObject({ doneBytes: model.sizeBytes, totalBytes: model.sizeBytes })
    expect(seen.every((progress, index) => progress.doneBytes >= (seen[index - 1]?.doneBytes ?? 0))).toBe(true)
    await expectStored(models, hub.files.get(fileName))
  })

  it('takes the quantisation by its name, and its parts in order', async () => {
    const parts = splitBytes(3)
    for (const [index, bytes] of parts.entries()) hub.files.set(`Q4_0/Model-Q4_0-0000${index + 1}-of-00003.gguf`, bytes)
    const model = await pull(store(), 'hf:owner/repository:q4_0', () => {})
    expect(model.files).toHaveLength(3)
    expect(await Promise.all(model.files.map(async (path) => digest(await readFile(path))))).toEqual(parts.map(digest))
  })

  it('goes by a short name, which stays its name', async () => {
    await writeFile(join(home, 'catalogue.json'), JSON.stringify({ 'mine:8b': reference }))
    const models = store()
    expect((await pull(models, 'mine:8b')).names).toEqual(['mine:8b'])
    expect((await models.find(reference)).names).toEqual(['mine:8b'])
  })

  it('sends the token to the hub alone, and logs neither it nor signed addresses', async () => {
    hub.behaviour = { token: 'hf_secret' }
    await pull(store({ hubToken: 'hf_secret' }))
    expect(hub.requests.filter(({ server }) => server === 'hub').map(({ authorization }) => authorization)).toEqual([
      'Bearer hf_secret',
      'Bearer hf_secret'
    ])
    const elsewhere = hub.requests.filter(({ server }) => server === 'files')
    expect(elsewhere.length).toBeGreaterThan(0)
    expect(elsewhere.every(({ authorization }) => authorization === undefined)).toBe(true)
    expect(logged).toContain('model pulled')
    expect(logged).not.toMatch(/hf_secret|signature/)
  })

  it('fetches nothing that is held under another name', async () => {
    const models = store()
    await pull(models)
    const before = hub.sentBytes
    const model = await models.pull(`${hub.origin}/owner/repository/resolve/main/${fileName}`, {
      name: 'other',
      signal,
      onProgress: () => {}
    })
    expect(model.names).toEqual(['owner/repository:q8_0', 'other'])
    expect(hub.sentBytes - before).toBe(1)
  })
})

describe('a download that is disturbed', { timeout: 60_000 }, () => {
  beforeEach(() => useModel(largeModels[0]))

  it('survives connections that are cut in mid-body', async () => {
    hub.behaviour = { cuts: 3, cutAfterBytes: 1024 ** 2 }
    const models = store()
    await pull(models)
    expect(hub.behaviour.cuts).toBe(0)
    await expectStored(models, hub.files.get(fileName))
  })

  it('fails when no bytes come, keeps what came, and goes on from there', async () => {
    hub.behaviour = { hangAfterBytes: 24 * 1024 ** 2 }
    const models = store({ stallMs: 1500 })
    await expect(pull(models)).rejects.toMatchObject({
      code: 'MODEL_DOWNLOAD_FAILED',
      advice: expect.stringContaining('to resume')
    })
    expect(await readdir(partialFolder(reference))).toContain('model.gguf.ipull')
    await expectResume(store())
  })

  it('stops when cancelled, keeps what came, and goes on from there', async () => {
    const models = store()
    const controller = new AbortController()
    const onProgress = ({ doneBytes }: PullProgress) => {
      // Only whole parts are kept. Four of 5 MiB come at once: beyond 20 MiB at least one is whole.
      if (doneBytes >= 21 * 1024 ** 2) controller.abort()
    }
    hub.behaviour = { hangAfterBytes: 31 * 1024 ** 2 }
    await expect(models.pull(reference, { signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: 'CANCELLED'
    })
    await expectResume(models)
  })

  it('begins anew when the file changed in between', async () => {
    hub.behaviour = { hangAfterBytes: 24 * 1024 ** 2 }
    const models = store({ stallMs: 1500 })
    await expect(pull(models)).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED' })
    useModel(largeModels[1])
    hub.behaviour = {}
    await pull(models)
    await expectStored(models, largeModels[1])
  })

  it('begins anew when a file without a hash changed in between', async () => {
    hub.behaviour = { hangAfterBytes: 24 * 1024 ** 2, announces: false }
    const models = store({ stallMs: 1500 })
    await expect(pull(models)).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED' })
    useModel(largeModels[1])
    hub.behaviour = { announces: false }
    await pull(models)
    await expectStored(models, largeModels[1])
  })

  for (const ranges of ['ignored', 'unannounced'] as const) {
    it(`takes the whole file from a server whose ranges are ${ranges}, also after a cut`, async () => {
      hub.behaviour = { ranges, cuts: 1, cutAfterBytes: 8 * 1024 ** 2 }
      const models = store()
      await pull(models)
      expect(hub.behaviour.cuts).toBe(0)
      await expectStored(models, hub.files.get(fileName))
    })
  }

  it('refuses a second download of the same at the same time', async () => {
    const models = store()
    const [first, second] = await Promise.allSettled([pull(models), pull(store())])
    const refused = [first, second].find(({ status }) => status === 'rejected')
    expect(refused).toMatchObject({
      reason: { code: 'HOME_UNUSABLE', message: expect.stringContaining('holds the lock') }
    })
    await expectStored(models, hub.files.get(fileName))
  })

  async function expectResume(models: ModelStore): Promise<void> {
    hub.behaviour = {}
    hub.requests.length = 0
    await pull(models)
    const total = hub.files.get(fileName)?.length ?? 0
    const asked = coveredBytes(hub.requests.map(({ range }) => range))
    expect(asked).toBeGreaterThan(1024)
    expect(asked).toBeLessThan(total)
    await expectStored(models, hub.files.get(fileName))
  }
})

describe('what is not stored', { timeout: 30_000 }, () => {
  it('bytes with another hash than announced', async () => {
    hub.behaviour = { sha256: 'a'.repeat(64) }
    const models = store()
    await expect(pull(models)).rejects.toMatchObject({ code: 'MODEL_HASH_MISMATCH' })
    expect((await models.list()).map(({ names }) => names)).toEqual([['tiny']])
    expect(await partials()).toEqual([])
  })

  it('bytes that are no model', async () => {
    hub.files.set(fileName, Buffer.from('<html>not a model, but a page</html>'))
    const models = store()
    await expect(pull(models)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('does not begin with GGUF')
    })
    expect(await partials()).toEqual([])
  })

  it('a model for which there is no room; nothing is fetched', async () => {
    const models = store({ freeBytes: async () => 1024 ** 2 })
    await expect(pull(models)).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringMatching(/23\.\d KiB are needed, but .* has only 1\.0 MiB free/),
      advice: expect.stringMatching(/^Free 63\.\d MiB/)
    })
    expect(hub.sentBytes).toBe(1)
  })

  it.runIf(existsSync('/dev/full'))('a model that fills the disk; the partial stays', async () => {
    hub.behaviour = { ranges: 'ignored' }
    const bytes = hub.files.get(fileName)
    const folder = partialFolder(reference)
    await mkdir(folder, { recursive: true })
    await symlink('/dev/full', join(folder, 'model.gguf.whole'))
    const file = { version: `"${digest(bytes)}"`, sizeBytes: bytes?.length }
    await writeFile(join(folder, 'download.json'), JSON.stringify({ source: reference, files: { 'model.gguf': file } }))
    await expect(pull(store())).rejects.toMatchObject({
      code: 'DISK_FULL',
      advice: expect.stringContaining('to resume')
    })
    expect(await readdir(folder)).toContain('model.gguf.whole')
  })
})

describe('a hub that refuses', () => {
  const refusals: readonly (readonly [
    id: string,
    behaviour: TestHub['behaviour'],
    options: Partial<ModelStoreOptions>,
    message: RegExp,
    advice: RegExp
  ])[] = [
    ['gated, no token', { token: 'x' }, {}, /denies access \(401\).*gated/, /accept the licence.*set HF_TOKEN/],
    ['gated, wrong token', { token: 'x' }, { hubToken: 'y' }, /denies access \(401\)/, /account of HF_TOKEN/],
    ['licence not accepted', { status: 403 }, { hubToken: 'y' }, /denies access \(403\)/, /accepted the licence/],
    ['unknown', { status: 404 }, {}, /no such model \(404\)/, /Check the name/],
    ['too many requests', { status: 429 }, {}, /is unavailable \(429\)/, /later to resume/],
    ['broken', { status: 503 }, {}, /is unavailable \(503\)/, /later/],
    ['a listing that is no JSON', { listing: '<html>' }, {}, /makes no sense/, /Hugging Face hub/],
    ['an endless listing', { listing: ' '.repeat(9 * 1024 ** 2) }, {}, /makes no sense/, /Hugging Face hub/],
    ['an empty repository', { listing: '{"siblings":[]}' }, {}, /holds no GGUF/, /ends in -GGUF/],
    ['redirects in a circle', { redirect: '/owner/repository/resolve/main/Model-Q8_0.gguf' }, {}, /in a loop/, /./],
    ['a redirect to a file', { redirect: 'file:///etc/passwd' }, {}, /unencrypted address/, /another source/]
  ]
  it.each(refusals)('%s', async (_id, behaviour, options, message, advice) => {
    hub.behaviour = behaviour
    await expect(pull(store(options))).rejects.toMatchObject({
      code: 'MODEL_DOWNLOAD_FAILED',
      message: expect.stringMatching(message),
      advice: expect.stringMatching(advice)
    })
  })

  it('names the quantisations that there are', async () => {
    await expect(pull(store(), 'hf:owner/repository:Q2_K')).rejects.toMatchObject({
      message: 'owner/repository has no Q2_K; it has: Model-Q8_0.'
    })
  })

  it('cannot be reached', async () => {
    const { origin } = hub
    await hub.stop()
    await expect(pull(store({ hubEndpoint: origin }))).rejects.toMatchObject({
      code: 'MODEL_DOWNLOAD_FAILED',
      message: expect.stringContaining('cannot be reached')
    })
    hub = await startTestHub()
  })
})

describe('pull of other references', { timeout: 30_000 }, () => {
  it('takes an address without a hub', async () => {
    const models = store()
    const model = await pull(models, `${hub.filesOrigin}/${fileName}`)
    expect(model.names).toEqual(['model-q8_0'])
    await expectStored(models, hub.files.get(fileName), 'model-q8_0')
  })

  it('has the bundled model already', async () => {
    expect((await pull(store(), 'tiny')).names).toEqual(['tiny'])
    expect(hub.requests).toEqual([])
  })

  it.each([
    ['nonsense', 'MODEL_UNKNOWN'],
    ['hf:no-repository', 'USAGE'],
    ['http://example.com/model.gguf', 'USAGE'],
    ['https://user:password@example.com/model.gguf', 'USAGE']
  ])('refuses %s', async (what, code) => {
    await expect(pull(store(), what)).rejects.toMatchObject({ code })
  })

  it('refuses a name that another model has, before anything is fetched', async () => {
    await expect(store().pull(reference, { name: 'tiny', signal, onProgress: () => {} })).rejects.toMatchObject({
      code: 'USAGE',
      message: 'Another model already has the name tiny.'
    })
    expect(hub.requests).toEqual([])
  })
})

/** Bytes of a file that some `bytes=a-b` asked for, each counted once however often it was asked for. */
function coveredBytes(ranges: readonly (string | undefined)[]): number {
  const spans = ranges
    .map((range) => /^bytes=(\d+)-(\d+)$/.exec(range ?? ''))
    .filter((match) => match !== null)
    .map((match) => ({ from: Number(match[1]), to: Number(match[2]) + 1 }))
    .sort((a, b) => a.from - b.from)
  let [covered, end] = [0, 0]
  for (const { from, to } of spans) {
    covered += Math.max(0, to - Math.max(from, end))
    end = Math.max(end, to)
  }
  return covered
}
