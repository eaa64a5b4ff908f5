import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { modelFactsSchema } from '@unhosted/core/models'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tinyModel } from './bundled-model.ts'
import { inspectGguf } from './inspect-gguf.ts'
import { type GgufFile, ggufBytes, smallKeys, smallTensors, splitBytes } from './testing/gguf.ts'

const signal = new AbortController().signal
const tinyPath = join(tinyModel.directory, tinyModel.fileName)
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unhosted-inspect-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function write(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

describe('inspectGguf', { timeout: 30_000 }, () => {
  it('says of the bundled model what its facts.json says', async () => {
    const shipped: unknown = JSON.parse(await readFile(join(tinyModel.directory, 'facts.json'), 'utf8'))
    expect(await inspectGguf(tinyPath, { signal })).toEqual(modelFactsSchema.parse(shipped))
  })

  it('agrees with the engine about the bundled model', async () => {
    const facts = await inspectGguf(tinyPath, { signal })
    const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0)
    // llama-server at 2048 tokens: "KV buffer size = 3.00 MiB", "CPU_Mapped model buffer size = 3.54 MiB"
    expect(sum(facts.kvBytesPerToken) * 2048).toBe(3 * 1024 ** 2)
    const outputNormBytes = facts.outputBytes - facts.embeddingBytes
    expect((sum(facts.layerBytes) + facts.embeddingBytes + outputNormBytes) / 1024 ** 2).toBeCloseTo(3.54, 2)
  })

  it('reads a split model whichever part is named', async () => {
    const parts = splitBytes(3)
    for (const [index, bytes] of parts.entries()) await write(`m-0000${index + 1}-of-00003.gguf`, bytes)
    const first = await inspectGguf(join(folder, 'm-00001-of-00003.gguf'), { signal })
    expect(await inspectGguf(join(folder, 'm-00002-of-00003.gguf'), { signal })).toEqual(first)
    expect(first).toMatchObject({ layerCount: 2, parameterCount: 32 * 16 + 32 + 2 * (32 * 16 + 32 * 64) })
    expect(first.fileBytes).toBe(parts.reduce((sum, part) => sum + part.length, 0))
  })

  const invalid: readonly (readonly [id: string, file: GgufFile, reason: RegExp])[] = [
    ['no architecture', { keys: {} }, /does not say which architecture/],
    ['no layers', { keys: { ...smallKeys, 'llama.block_count': { u32: 0 } } }, /block_count is missing or zero/],
    ['a million layers', { keys: { ...smallKeys, 'llama.block_count': { u32: 1e6 } } }, /claims 1000000 layers/],
    ['more layers than tensors', { keys: { ...smallKeys, 'llama.block_count': { u32: 3 } } }, /no weights for layer 2/],
    [
      'fewer layers than tensors',
      { keys: { ...smallKeys, 'llama.block_count': { u32: 1 } } },
      /belongs to no layer of 1/
    ],
    ['text for a count', { keys: { ...smallKeys, 'llama.block_count': { text: '2' } } }, /not a sensible count/],
    [
      'a projector',
      { keys: { 'general.architecture': { text: 'clip' } } },
      /projectors, adapters|clip.block_count is missing/
    ],
    [
      'dimensions that overflow',
      { tensors: [{ name: 'token_embd.weight', dimensions: [2n ** 40n, 2n ** 40n] }] },
      /impossible dimensions/
    ],
    [
      'a dimension of zero',
      { tensors: [{ name: 'token_embd.weight', dimensions: [0, 4] }] },
      /impossible dimensions 0 x 4/
    ],
    [
      'an unknown data type',
      { tensors: [{ name: 'token_embd.weight', dimensions: [32], type: 99 }] },
      /unknown data type 99/
    ],
    [
      'an offset beyond the file',
      { tensors: [{ name: 'token_embd.weight', dimensions: [32], offset: 2n ** 62n }] },
      /impossible offset|truncated/
    ],
    ['a tensor twice', { tensors: [...smallTensors, { name: 'output_norm.weight', dimensions: [32] }] }, /there twice/],
    ['no embedding', { tensors: smallTensors.slice(1) }, /no token embedding table/],
    [
      'one part under a name of its own',
      { keys: { ...smallKeys, 'split.count': { u16: 3 } } },
      /part 1 of 3 but is not named so/
    ]
  ]
  it.each(invalid)('refuses: %s', async (_id, file, reason) => {
    const path = await write('model.gguf', ggufBytes(file))
    await expect(inspectGguf(path, { signal })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(reason)
    })
  })

  it('says how much of a truncated file is missing', async () => {
    const path = join(folder, 'tiny.gguf')
    await copyFile(tinyPath, path)
    await truncate(path, 2_000_000)
    await expect(inspectGguf(path, { signal })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/truncated: it has 2000000 bytes and needs at least \d+/)
    })
  })

  const splits: readonly (readonly [id: string, make: () => Promise<string>, reason: RegExp])[] = [
    [
      'a missing part',
      () => write('m-00001-of-00002.gguf', splitBytes(2)[0] ?? Buffer.alloc(0)),
      /There is no file .*00002-of-00002/
    ],
    ['part 0', () => write('m-00000-of-00002.gguf', ggufBytes({})), /part 0 of 2, which cannot be/],
    ['part beyond the count', () => write('m-00003-of-00002.gguf', ggufBytes({})), /part 3 of 2/],
    ['99999 parts', () => write('m-00001-of-99999.gguf', ggufBytes({})), /part 1 of 99999, which cannot be/],
    [
      'parts in the wrong order',
      () => splitOf((part, keys) => ({ ...keys, 'split.no': { u16: 1 - part } })),
      /says it is part 2/
    ],
    ['a wrong count', () => splitOf((_, keys) => ({ ...keys, 'split.count': { u16: 7 } })), /belongs to a split of 7/],
    ['parts that say nothing', () => splitOf((part) => (part === 0 ? smallKeys : {})), /belongs to a split of 0/],
    [
      'a wrong tensor count',
      () => splitOf((_, keys) => ({ ...keys, 'split.tensors.count': { u32: 99 } })),
      /the first announces 99/
    ],
    ['a part that links to another', selfReferring, /are the same file/],
    ['parts that link in a circle', circular, /leads back to itself/]
  ]
  it.each(splits)('refuses a split with %s', async (_id, make, reason) => {
    const path = await make()
    await expect(inspectGguf(path, { signal })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(reason)
    })
  })

  const notFiles: readonly (readonly [id: string, make: (path: string) => unknown, reason: RegExp])[] = [
    ['nothing', () => {}, /There is no file/],
    ['a folder', (path) => mkdir(path), /is a folder/],
    ['a pipe', (path) => execFileSync('mkfifo', [path]), /not an ordinary file/],
    ['a device', (path) => symlink('/dev/zero', path), /not an ordinary file/],
    ['a link to itself', (path) => symlink(path, path), /leads back to itself/]
  ]
  it.each(notFiles)('refuses %s without waiting', async (_id, make, reason) => {
    const path = join(folder, 'model.gguf')
    await make(path)
    await expect(inspectGguf(path, { signal })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(reason)
    })
  })

  it('stops when it is cancelled, and leaves no process', async () => {
    const controller = new AbortController()
    const inspection = inspectGguf(tinyPath, { signal: controller.signal })
    setImmediate(() => controller.abort())
    await expect(inspection).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

async function splitOf(change: Parameters<typeof splitBytes>[1]): Promise<string> {
  for (const [index, bytes] of splitBytes(2, change).entries()) await write(`m-0000${index + 1}-of-00002.gguf`, bytes)
  return join(folder, 'm-00001-of-00002.gguf')
}

async function selfReferring(): Promise<string> {
  const first = await write('m-00001-of-00002.gguf', splitBytes(2)[0] ?? Buffer.alloc(0))
  await symlink(first, join(folder, 'm-00002-of-00002.gguf'))
  return first
}

async function circular(): Promise<string> {
  const [first, second] = ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf'].map((name) => join(folder, name))
  await symlink(second ?? '', first ?? '')
  await symlink(first ?? '', second ?? '')
  return first ?? ''
}
