import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scanJson } from './json-scan.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from([...text].map((c) => c.charCodeAt(0)))
const ascii = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0
const containersOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Object.values(value).reduce((sum: number, part) => sum + containersOf(part), 0)
    : 0

describe('scanJson', () => {
  it('measures what JSON.parse would build', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const scan = scanJson(bytes(ascii(value)))
        const parsed: unknown = JSON.parse(JSON.stringify(value))
        expect(scan.depth).toBe(depthOf(parsed))
        expect(scan.containers).toBe(containersOf(parsed))
      })
    )
  })

  it('finds the top-level model and nothing that looks like it', () => {
    const field = fc.constantFrom('model', 'a', 'mode', 'models', '"model":"x', '\\')
    const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), field, fc.dictionary(field, field))
    fc.assert(
      fc.property(fc.array(fc.tuple(field, value)), fc.string({ unit: 'binary' }), (others, model) => {
        const object = { ...Object.fromEntries(others), model }
        const text = ascii(object)
        const found = scanJson(bytes(text)).model
        expect(found).not.toBeNull()
        expect(JSON.parse(text.slice(found?.start, found?.end))).toBe(model)
      })
    )
  })

  const cases: readonly { id: string; text: string; model: string | null }[] = [
    { id: 'spaces around the colon', text: '{ "model" \n:\t "a" }', model: '"a"' },
    { id: 'escaped quotes in the value', text: '{"model":"a\\"b\\\\"}', model: '"a\\"b\\\\"' },
    { id: 'the last of two counts, as for parsers', text: '{"model":"a","model":"b"}', model: '"b"' },
    { id: 'no model', text: '{"a":1}', model: null },
    { id: 'a model that is no string', text: '{"model":{"a":"b"},"c":"d"}', model: null },
    { id: 'a model inside another object', text: '{"a":{"model":"b"}}', model: null },
    { id: 'model as a value', text: '{"a":"model","b":"c"}', model: null },
    { id: 'a string that does not end', text: '{"model":"a', model: '"a' },
    { id: 'nothing', text: '', model: null }
  ]
  it.each(cases)('$id', ({ text, model }) => {
    const found = scanJson(bytes(text)).model
    expect(found === null ? null : text.slice(found.start, found.end)).toBe(model)
  })

  it('ends on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (any) => scanJson(any).depth >= 0))
  })
})
