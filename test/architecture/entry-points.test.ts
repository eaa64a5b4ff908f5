import { describe, expect, it } from 'vitest'
import { known } from './known-violations.ts'
import { parseSource } from './parse-source.ts'
import { resolverOf } from './resolve-import.ts'
import { entryPoints, wildcardExports } from './rules/entry-points.ts'
import { allSources, type Package, workspace } from './tree.ts'
import { expectOnly, places } from './violations.ts'

const resolve = resolverOf(workspace)
const published = workspace.filter(({ manifest }) => manifest.exports !== undefined)

describe('the rules', () => {
  const seed = (exports: Readonly<Record<string, Readonly<Record<string, string>>>>): Package => ({
    folder: 'packages/p',
    manifest: { name: '@unhosted/p', exports }
  })
  const tree = [
    parseSource('packages/p/src/index.ts', "export * from './a.ts'\nexport { b as c, type D } from './b.ts'"),
    parseSource('packages/p/src/a.ts', "export const a = 1\nexport interface A {}\nexport * from './index.ts'"),
    parseSource('packages/p/src/b.ts', 'export const b = 1\nexport type D = 1')
  ]

  it('find a wildcard', () => {
    expect(places(wildcardExports(seed({ '.': {}, './*': { source: './src/*/index.ts' } })))).toEqual([
      'packages/p ./*'
    ])
    expect(wildcardExports(seed({ '.': {} }))).toEqual([])
  })

  it('list values and types, through every re-export', () => {
    expect(entryPoints(seed({ '.': { source: './src/index.ts' } }), tree, resolve)).toBe(
      ['@unhosted/p (packages/p/src/index.ts)', '  type A', '  type D', '  value a', '  value c', ''].join('\n')
    )
  })

  it('see a new entry point and a new name', () => {
    const before = entryPoints(seed({ '.': { source: './src/index.ts' } }), tree, resolve)
    const entries = { '.': { source: './src/index.ts' }, './b': { source: './src/b.ts' } }
    expect(entryPoints(seed(entries), tree, resolve)).not.toBe(before)
    const grown = [...tree.slice(0, 2), parseSource('packages/p/src/a.ts', 'export const a = 1, fresh = 2')]
    expect(entryPoints(seed({ '.': { source: './src/index.ts' } }), grown, resolve)).not.toBe(before)
  })
})

describe('the packages', () => {
  it('name each public entry point', () => {
    expectOnly(known.wildcardExports, published.flatMap(wildcardExports))
  })
})

describe.each(published)('$manifest.name', (each) => {
  // Others may depend on each name. Read the difference; `npx vitest run --project architecture -u` accepts it.
  it('exports the names of its committed list', async () => {
    const name = each.folder.replace(/^packages\//, '')
    await expect(entryPoints(each, allSources, resolve)).toMatchFileSnapshot(`entry-points/${name}.txt`)
  })
})
