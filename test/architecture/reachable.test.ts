import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { known } from './known-violations.ts'
import { parseSource } from './parse-source.ts'
import { resolverOf } from './resolve-import.ts'
import { isTesting } from './rules/folder-doors.ts'
import { unreachable } from './rules/reachable.ts'
import { allSources, workspace } from './tree.ts'
import { expectOnly, places } from './violations.ts'

const resolve = resolverOf(workspace)

/** What starts a process: the command line, which starts the daemon as well, and the downloader's child processes. */
const roots = [
  'packages/cli/src/main.ts',
  'packages/node/src/models/child-process.ts',
  'packages/node/src/models/download-child.ts',
  'packages/node/src/models/inspect-child.ts'
]

describe('the rule', () => {
  const tree = [
    parseSource('packages/cli/src/main.ts', "const serve = () => import('./serve.ts')"),
    parseSource('packages/cli/src/serve.ts', "import type { Unit } from '@unhosted/core/units'"),
    parseSource('packages/core/src/units.ts', "export * from './bytes.ts'"),
    parseSource('packages/core/src/bytes.ts', '')
  ]

  it('follows import(), types, re-exports and packages', () => {
    expect(unreachable(tree, resolve, ['packages/cli/src/main.ts'])).toEqual([])
  })

  it('finds a file that nothing imports, and what only it imports', () => {
    const seeded = [
      parseSource('packages/core/src/lonely.ts', "import './deep.ts'"),
      parseSource('packages/core/src/deep.ts', '')
    ]
    expect(places(unreachable([...tree, ...seeded], resolve, ['packages/cli/src/main.ts']))).toEqual([
      'packages/core/src/lonely.ts',
      'packages/core/src/deep.ts'
    ])
  })

  it('finds a root that does not exist', () => {
    expect(places(unreachable(tree, resolve, ['packages/cli/src/main.ts', 'gone.ts']))).toEqual(['gone.ts'])
  })
})

const swarm = workspace.filter(({ manifest }) => manifest.name === '@unhosted/swarm')

/** The swarm is a library for a later market as well: its public entry points are roots, its commands among them. */
const swarmRoots = swarm
  .flatMap(({ folder, manifest }) =>
    Object.values(manifest.exports ?? {}).map(({ source = '' }) => posix.join(folder, source))
  )
  .filter((path) => !isTesting(path))

describe('every source file', () => {
  // scripts/generate-docs.ts starts it; it lies in the package because it prints the package's commands.
  const documentation = 'packages/cli/src/docs/reference.ts'
  const sources = allSources.filter(({ path }) => !isTesting(path))

  it('of core, node, terminal and cli is reachable from the command line, the daemon or a child process', () => {
    const own = sources.filter(({ path }) => /^packages\/(core|node|terminal|cli)\//.test(path))
    expectOnly(known.reachable, unreachable(own, resolve, [...roots, documentation]))
  })

  it.skipIf(swarm.length === 0)('of the swarm is reachable from its public entry points', () => {
    const own = sources.filter(({ path }) => path.startsWith('packages/swarm/'))
    expectOnly([], unreachable(own, resolve, swarmRoots))
  })
})
