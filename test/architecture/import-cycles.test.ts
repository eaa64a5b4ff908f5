import { describe, expect, it } from 'vitest'
import { known } from './known-violations.ts'
import { parseSource } from './parse-source.ts'
import { resolverOf } from './resolve-import.ts'
import { importCycles } from './rules/import-cycles.ts'
import { allSources, workspace } from './tree.ts'
import { expectOnly, places } from './violations.ts'

const resolve = resolverOf(workspace)

describe('the rule', () => {
  const files = (a: string, b: string, c = '') => [
    parseSource('x/a.ts', a),
    parseSource('x/b.ts', b),
    parseSource('x/c.ts', c)
  ]

  it.each([
    ['two files', files("import { b } from './b.ts'", "import { a } from './a.ts'"), ['x/a.ts -> x/b.ts -> x/a.ts']],
    [
      'three files, by re-exports',
      files("export * from './b.ts'", "export { c } from './c.ts'", "import './a.ts'"),
      ['x/a.ts -> x/b.ts -> x/c.ts -> x/a.ts']
    ],
    ['a file and itself', files("import { a } from './a.ts'", ''), ['x/a.ts -> x/a.ts']],
    [
      'only the shortest way of a component',
      files("import './b.ts'\nimport './c.ts'", "import './c.ts'", "import './a.ts'"),
      ['x/a.ts -> x/c.ts -> x/a.ts']
    ],
    ['no circle', files("import './b.ts'\nimport './c.ts'", "import './c.ts'"), []],
    ['a circle that an import() breaks', files("import './b.ts'", "const a = () => import('./a.ts')"), []]
  ])('finds %s', (_, seeded, expected) => {
    expect(places(importCycles(seeded, resolve, ['value']))).toEqual(expected)
  })

  it.each([
    ["import type { A } from './a.ts'"],
    ["export type { A } from './a.ts'"],
    ["export type * from './a.ts'"],
    ["export type A = import('./a.ts').A"],
    ["export type A = typeof import('./a.ts')"]
  ])('takes %s as an import of types', (b) => {
    const seeded = files("import { b } from './b.ts'", b)
    expect(importCycles(seeded, resolve, ['value'])).toEqual([])
    expect(importCycles(seeded, resolve, ['value', 'type'])).toHaveLength(1)
  })

  it.each([["import { type A } from './a.ts'"], ["import type from './a.ts'"]])(
    'takes %s as an import of values',
    (b) => {
      expect(importCycles(files("import { b } from './b.ts'", b), resolve, ['value'])).toHaveLength(1)
    }
  )
})

describe('no files import each other in a circle', () => {
  it('by values', () => {
    expectOnly(known.valueCycles, importCycles(allSources, resolve, ['value']))
  })

  it('by values and types', () => {
    expectOnly(known.typeCycles, importCycles(allSources, resolve, ['value', 'type']))
  })
})
