import { describe, expect, it } from 'vitest'
import { chooseFiles } from './choose-files.ts'

const choose = (paths: readonly string[], quantisation: string | null) =>
  chooseFiles(
    paths.map((path) => ({ path, sizeBytes: 1, sha256: null })),
    quantisation,
    'owner/repository'
  ).map(({ path }) => path)

describe('chooseFiles', () => {
  const cases: readonly (readonly [id: string, paths: string[], quantisation: string | null, chosen: string[]])[] = [
    ['by quantisation', ['M-Q4_K_M.gguf', 'M-Q8_0.gguf'], 'Q8_0', ['M-Q8_0.gguf']],
    ['whatever the case', ['m-q4_k_m.gguf', 'm-q8_0.gguf'], 'Q8_0', ['m-q8_0.gguf']],
    ['a whole word alone', ['M-Q4_K_M.gguf', 'M-Q4_K.gguf'], 'Q4_K', ['M-Q4_K.gguf']],
    ['the preferred one unasked', ['M-F16.gguf', 'M-Q4_K_M.gguf'], null, ['M-Q4_K_M.gguf']],
    ['the only one unasked', ['strange.gguf', 'README.md'], null, ['strange.gguf']],
    ['no projector', ['mmproj-M-Q8_0.gguf', 'M-mmproj-Q8_0.gguf', 'M-Q8_0.gguf'], 'Q8_0', ['M-Q8_0.gguf']],
    ['by folder', ['BF16/M.gguf', 'Q2_K/M.gguf'], 'Q2_K', ['Q2_K/M.gguf']],
    [
      'parts in order',
      ['a-Q8_0-00002-of-00002.gguf', 'a-Q8_0-00001-of-00002.gguf'],
      'Q8_0',
      ['a-Q8_0-00001-of-00002.gguf', 'a-Q8_0-00002-of-00002.gguf']
    ],
    [
      'the whole rather than parts',
      ['a-Q8_0-00001-of-00002.gguf', 'a-Q8_0.gguf', 'a-Q8_0-00002-of-00002.gguf'],
      'Q8_0',
      ['a-Q8_0.gguf']
    ]
  ]
  it.each(cases)('takes %s', (_id, paths, quantisation, chosen) => {
    expect(choose(paths, quantisation)).toEqual(chosen)
  })

  it.each([
    ['nothing to choose from', ['README.md'], null, /holds no GGUF model/],
    ['another quantisation', ['M-Q8_0.gguf'], 'Q4_0', /has no Q4_0; it has: M-Q8_0/],
    ['a missing part', ['a-Q8_0-00001-of-00003.gguf', 'a-Q8_0-00003-of-00003.gguf'], 'Q8_0', /has 2 of 3 parts/]
  ])('refuses %s', (_id, paths, quantisation, message) => {
    expect(() => choose(paths, quantisation)).toThrow(
      expect.objectContaining({ code: 'MODEL_DOWNLOAD_FAILED', message: expect.stringMatching(message) })
    )
  })
})
