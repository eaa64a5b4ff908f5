import { describe, expect, it } from 'vitest'
import { known } from './known-violations.ts'
import { parseSource } from './parse-source.ts'
import { resolverOf } from './resolve-import.ts'
import { folderDoors } from './rules/folder-doors.ts'
import { sourceFiles, workspace } from './tree.ts'
import { expectOnly, places } from './violations.ts'

const resolve = resolverOf(workspace)

describe('the rule', () => {
  it.each([
    ['the index of another folder', '../pool/index.ts'],
    ['the types of another folder', '../pool/types.ts'],
    ['a file of the own folder', './other.ts'],
    ['a file beside the folder', '../units.ts'],
    ['a file of a folder within', './streams/framed-stream.ts'],
    ['the index of a folder within another', '../facts/models/index.ts'],
    ['another package', '@unhosted/core/units']
  ])('opens %s', (_, specifier) => {
    const seeded = parseSource('packages/p/src/router/a.ts', `import { a } from '${specifier}'`)
    expect(folderDoors([seeded], resolve)).toEqual([])
  })

  it.each([
    ['a file of another folder', 'router/a.ts', '../pool/lease.ts', 'pool/lease.ts'],
    ['a file of a folder within another', 'router/a.ts', '../facts/models/name.ts', 'facts/models/name.ts'],
    ['a file of a folder, to a file beside it', 'index.ts', './pool/lease.ts', 'pool/lease.ts'],
    ['a test double, by product code', 'router/a.ts', '../pool/testing/clock.ts', 'pool/testing/clock.ts']
  ])('closes %s', (_, from, specifier, target) => {
    const seeded = parseSource(`packages/p/src/${from}`, `import { a } from '${specifier}'`)
    expect(places(folderDoors([seeded], resolve))).toEqual([`packages/p/src/${from} -> packages/p/src/${target}`])
  })

  it.each([['router/a.test.ts'], ['router/testing/a.ts']])('opens a test double to %s', (from) => {
    const steps = from.includes('testing/') ? '../..' : '..'
    const seeded = parseSource(`packages/p/src/${from}`, `import { a } from '${steps}/pool/testing/clock.ts'`)
    expect(folderDoors([seeded], resolve)).toEqual([])
  })
})

/**
 * The packages that are libraries. Commands of the cli load what they need file by file, so that `unhosted --help`
 * stays fast; benchmarks and the lab have no folder that others build on. Tests (`*.test.ts`) may look behind a door.
 */
const libraries = ['packages/core', 'packages/node', 'packages/swarm']

describe('the folders of a library', () => {
  it('import each other through index.ts and types.ts', () => {
    const files = libraries.flatMap((folder) => sourceFiles(`${folder}/src/**/*.ts`))
    expectOnly(known.folderDoors, folderDoors(files, resolve))
  })
})
