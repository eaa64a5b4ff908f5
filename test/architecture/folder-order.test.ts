import { describe, expect, it } from 'vitest'
import { known } from './known-violations.ts'
import { layers } from './layers.ts'
import { parseSource } from './parse-source.ts'
import { resolverOf } from './resolve-import.ts'
import { folderOrder } from './rules/folder-order.ts'
import { allSources, workspace } from './tree.ts'
import { expectOnly, places } from './violations.ts'

const resolve = resolverOf(workspace)

describe('the rule', () => {
  const order = { root: 'p/src', order: ['units', 'models', 'inventory', 'pool'] }
  const tree = [
    parseSource('p/src/index.ts', "import './pool/index.ts'"),
    parseSource('p/src/units.ts', ''),
    parseSource('p/src/models/index.ts', "import { a } from '../units.ts'"),
    parseSource('p/src/inventory/index.ts', "import { a } from '../models/index.ts'"),
    parseSource('p/src/pool/index.ts', "import { a } from '../inventory/index.ts'\nimport 'node:fs'")
  ]

  it('passes imports of lower folders, and files that compose the package', () => {
    expect(folderOrder(tree, resolve, order)).toEqual([])
  })

  it.each([
    ['a higher folder', 'inventory', '../pool/index.ts', 'pool/index.ts'],
    ['a type of a higher folder', 'models', '../pool/types.ts', 'pool/types.ts'],
    ['a file that composes the package', 'pool', '../index.ts', 'index.ts']
  ])('refuses an import of %s', (_, from, specifier, target) => {
    const seeded = parseSource(`p/src/${from}/seeded.ts`, `import type { A } from '${specifier}'`)
    expect(places(folderOrder([...tree, seeded], resolve, order))).toEqual([
      `p/src/${from}/seeded.ts -> p/src/${target}`
    ])
  })

  it('refuses an import() of a higher folder', () => {
    const seeded = parseSource('p/src/models/seeded.ts', "const pool = () => import('../pool/index.ts')")
    expect(folderOrder([...tree, seeded], resolve, order)).toHaveLength(1)
  })

  it('refuses a folder that the list does not name, and a name without a folder', () => {
    const seeded = parseSource('p/src/late/a.ts', '')
    expect(places(folderOrder([...tree, seeded], resolve, order))).toEqual(['p/src/late'])
    expect(places(folderOrder(tree.slice(0, -1), resolve, order))).toEqual(['p/src/pool'])
  })
})

describe('the folders of a package', () => {
  it('import only themselves and those before them', () => {
    const violations = layers.flatMap((each) => folderOrder(allSources, resolve, each))
    expectOnly(known.folderOrder, violations)
  })
})
