import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readGgufFileInfo } from 'node-llama-cpp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultShape, parameterCount, writeModel } from './generate.ts'

const tiny = fileURLToPath(new URL('../../../packages/node/assets/tiny/unhosted-tiny-q8_0.gguf', import.meta.url))
const small = { layers: 2, embedding: 64, feedForward: 96, heads: 2, keyValueHeads: 1 }

describe('the generated model', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unhosted-bench-test-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('is a GGUF file whose shapes and tokenizer others read as they were written', async () => {
    const path = join(folder, 'small.gguf')
    await writeModel(path, small, tiny)
    const info = await readGgufFileInfo(path)
    expect(info.metadata.general.architecture).toBe('llama')
    expect(info.architectureMetadata.block_count).toBe(2)
    expect(info.metadata.tokenizer?.ggml?.tokens).toHaveLength(1024)
    const names = (info.fullTensorInfo ?? []).map((tensor) => tensor.name)
    expect(names).toHaveLength(2 + 2 * 9)
    expect(names).toContain('blk.1.ffn_down.weight')
    const last = info.fullTensorInfo?.at(-1)
    expect(last?.dimensions.map(Number)).toEqual([96, 64])
  })

  it('is the same file every time', async () => {
    const [one, two] = [join(folder, 'one.gguf'), join(folder, 'two.gguf')]
    await writeModel(one, small, tiny)
    await writeModel(two, small, tiny)
    expect((await readFile(one)).equals(await readFile(two))).toBe(true)
  })

  it('has 0.5 to 1 B parameters by default', () => {
    expect(parameterCount(defaultShape)).toBeGreaterThan(0.5e9)
    expect(parameterCount(defaultShape)).toBeLessThan(1e9)
  })
})
