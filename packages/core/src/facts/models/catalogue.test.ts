import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeCatalogues, parseCatalogue, parseSource, sourceText } from './catalogue.ts'
import { modelName, nameFromFile } from './name.ts'

const hub = (owner: string, repository: string, quantisation: string | null) => ({
  kind: 'hf',
  owner,
  repository,
  quantisation
})

describe('parseSource', () => {
  it.each([
    ['hf:Qwen/Qwen3-8B-GGUF:Q4_K_M', hub('Qwen', 'Qwen3-8B-GGUF', 'Q4_K_M')],
    ['hf:Qwen/Qwen3-8B-GGUF:q4_k_m', hub('Qwen', 'Qwen3-8B-GGUF', 'Q4_K_M')],
    ['hf://Qwen/Qwen3-8B-GGUF', hub('Qwen', 'Qwen3-8B-GGUF', null)],
    ['https://example.com/m.gguf?download=true', { kind: 'url', url: 'https://example.com/m.gguf?download=true' }],
    ['http://127.0.0.1:8080/m.gguf', { kind: 'url', url: 'http://127.0.0.1:8080/m.gguf' }],
    ['qwen3:8b', null],
    ['./file.gguf', null]
  ])('reads %s', (text, source) => {
    expect(parseSource(text)).toEqual(source)
  })

  it.each([
    'hf:',
    'hf:Qwen',
    'hf:../../etc/passwd',
    'hf:a/b/c',
    'hf:a/b:Q4_0:x',
    'http://example.com/m.gguf',
    'https://user:pass@example.com/m.gguf',
    'https://example.com',
    'https://exa mple.com/m.gguf',
    'http://127.0.0.1.example.com/m.gguf'
  ])('refuses %s', (text) => {
    expect(() => parseSource(text)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })

  it('reads back what it wrote', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/)
    fc.assert(
      fc.property(word, word, fc.option(fc.stringMatching(/^[A-Z0-9_]{1,8}$/)), (owner, repository, quantisation) => {
        const source = { kind: 'hf', owner, repository, quantisation } as const
        expect(parseSource(sourceText(source))).toEqual(source)
      })
    )
  })
})

describe('parseCatalogue', () => {
  it('lower-cases names, and lets the later catalogue win', () => {
    const shipped = parseCatalogue({ tiny: 'bundled', 'a:1b': 'hf:o/a' }, 'shipped')
    const own = parseCatalogue({ 'A:1B': 'hf:o/other:Q8_0' }, 'own')
    expect([...mergeCatalogues(shipped, own)]).toEqual([
      ['tiny', { kind: 'bundled' }],
      ['a:1b', hub('o', 'other', 'Q8_0')]
    ])
  })

  it.each([
    ['a list', ['tiny'], /is not a JSON object/],
    ['a number for a source', { mine: 7 }, /is not a JSON object/],
    ['a path for a source', { mine: '/tmp/a.gguf' }, /"mine": "\/tmp\/a.gguf" is no hf: reference/],
    ['a malformed reference', { mine: 'hf:nothing' }, /"mine": "hf:nothing" is not a reference/],
    ['an impossible name', { 'my model': 'hf:o/a' }, /"my model": "my model" is not a valid model name\.$/]
  ])('refuses %s, naming the entry and the file', (_id, json, message) => {
    expect(() => parseCatalogue(json, 'own.json')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) })
    )
    expect(() => parseCatalogue(json, 'own.json')).toThrow(/own\.json/)
  })
})

describe('names', () => {
  it.each([
    ['Qwen3:8B', 'qwen3:8b'],
    [' Owner/Repository:Q8_0 ', 'owner/repository:q8_0']
  ])('normalises %s', (text, name) => {
    expect(modelName(text)).toBe(name)
  })

  it.each(['', ' ', '-x', 'a b', 'a\u001b[2J', 'ü', 'x'.repeat(201)])('refuses %j', (text) => {
    expect(() => modelName(text)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })

  it('makes a valid name of any file name', () => {
    expect(nameFromFile('Qwen3-8B-Q4_K_M-00001-of-00002.gguf')).toBe('qwen3-8b-q4_k_m')
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(modelName(nameFromFile(text))).toBe(nameFromFile(text))
      })
    )
  })
})
