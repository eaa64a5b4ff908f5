import { describe, expect, it } from 'vitest'
import { known } from './known-violations.ts'
import { type Import, parseSource, type SourceFile } from './parse-source.ts'
import { isPure } from './pure-folders.ts'
import { isRelative, resolverOf } from './resolve-import.ts'
import { isOf, refusedImports } from './rules/allowed-imports.ts'
import { isTesting } from './rules/folder-doors.ts'
import { reachedFrom } from './rules/reachable.ts'
import { allSources, sourceFiles, workspace } from './tree.ts'
import { expectOnly, places } from './violations.ts'

const resolve = resolverOf(workspace)

const ownPackages = workspace.map(({ manifest }) => manifest.name)

const pureImport = ({ specifier }: Import, file: SourceFile): boolean => {
  if (isOf(specifier, 'zod', '@noble/curves', '@noble/hashes') || specifier.startsWith('ox/')) return true
  const target = resolve(file, specifier)
  return target !== null && isPure(target)
}

/** Core and node know nothing of the swarm; only the cli does, and loads it when a command needs it. */
const swarmImport = ({ specifier, kind }: Import, { path }: SourceFile): boolean => {
  if (!isOf(specifier, '@unhosted/swarm', '@unhosted/swarm-contracts', 'viem')) return true
  if (/^packages\/(core|node)\//.test(path)) return false
  return !isOf(specifier, '@unhosted/swarm') || (path.startsWith('packages/cli/') && kind !== 'value')
}

/** The packages of ours that each package may import, or the entry points; the others may import all. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'packages/terminal': ['@unhosted/core', '@unhosted/terminal'],
  'packages/swarm-contracts': ['@unhosted/core', '@unhosted/swarm-contracts'],
  'packages/core': ['@unhosted/core'],
  'packages/node': ['@unhosted/core', '@unhosted/node'],
  'packages/swarm': [
    '@unhosted/core',
    ...['base', 'identity', 'log', 'store'].map((folder) => `@unhosted/node/${folder}`),
    '@unhosted/swarm',
    '@unhosted/swarm-contracts',
    '@unhosted/terminal'
  ],
  'packages/cli': ['@unhosted/core', '@unhosted/node', '@unhosted/terminal', '@unhosted/swarm', 'unhosted']
}

describe('the rules', () => {
  const seed = (path: string, text: string) => [parseSource(path, text)]
  const a = 'packages/core/src/a.ts'

  it.each([
    ["import { z } from 'zod'"],
    ["import { sha256 } from '@noble/hashes/sha2.js'"],
    ["import { Secp256k1 } from 'ox/Secp256k1'"],
    ["import { b } from './b.ts'"],
    ["import { b } from '@unhosted/core/units'"]
  ])('let a pure folder have %s', (text) => {
    expect(refusedImports(seed(a, text), pureImport, '')).toEqual([])
  })

  it.each([
    ["import { readFile } from 'node:fs'", 'node:fs'],
    ["import type { Server } from 'fastify'", 'fastify'],
    ["const fs = await import('node:fs')", 'node:fs'],
    ["export * from '../../node/src/log/index.ts'", '../../node/src/log/index.ts'],
    ["import { a } from 'zod-extra'", 'zod-extra']
  ])('refuse a pure folder %s', (text, specifier) => {
    expect(places(refusedImports(seed(a, text), pureImport, ''))).toEqual([`${a} -> ${specifier}`])
  })

  it.each([
    ['packages/node/src/a.ts', "const swarm = await import('@unhosted/swarm')"],
    ['packages/core/src/a.ts', "import type { Address } from 'viem'"],
    ['packages/node/src/a.ts', "import { abi } from '@unhosted/swarm-contracts'"],
    ['packages/cli/src/a.ts', "import { open } from '@unhosted/swarm'"],
    ['packages/cli/src/a.ts', "import { open } from '@unhosted/swarm/commands'"],
    ['packages/lab/src/a.ts', "const swarm = await import('@unhosted/swarm')"]
  ])('refuse %s: %s', (path, text) => {
    expect(refusedImports(seed(path, text), swarmImport, '')).toHaveLength(1)
  })

  it('let the cli load the swarm when a command needs it', () => {
    const text =
      "type Commands = typeof import('@unhosted/swarm/commands')\nconst open = () => import('@unhosted/swarm/commands')"
    expect(refusedImports(seed('packages/cli/src/a.ts', text), swarmImport, '')).toEqual([])
  })
})

describe('pure folders', () => {
  it('import only zod, @noble, ox and each other', () => {
    const files = allSources.filter(({ path }) => isPure(path) && !isTesting(path))
    const why = 'This folder only computes: it imports zod, @noble, ox and pure folders. Pass the value in instead.'
    expectOnly(known.pureImports, refusedImports(files, pureImport, why))
  })
})

describe('the swarm', () => {
  it('is known to the cli alone, which loads it by import()', () => {
    const files = allSources.filter(({ path }) => !path.startsWith('packages/swarm/'))
    const why =
      'Only packages/cli may load @unhosted/swarm, by import(); core and node run without it and without viem.'
    expectOnly(known.swarmImports, refusedImports(files, swarmImport, why))
  })
})

describe('the daemon', () => {
  const heavy = (root: string) => {
    const loaded = reachedFrom(allSources, resolve, [root], ['value'])
    const files = allSources.filter(({ path }) => loaded.has(path))
    const isLight = ({ specifier, kind }: Import): boolean => kind !== 'value' || !isOf(specifier, 'viem')
    return refusedImports(files, isLight, 'The daemon must start without viem: load this file by import().')
  }

  // Loaded, viem is 25 MB of the 150 that an idle daemon may hold.
  it('starts without viem, which the swarm would load', () => {
    expectOnly([], heavy('packages/node/src/index.ts'))
    expect(heavy('packages/swarm/src/index.ts')).not.toEqual([])
  })
})

describe.each(workspace)('$folder', ({ folder, manifest }) => {
  const files = sourceFiles(`${folder}/{src,e2e}/**/*.ts`)

  it('reaches no other package by a relative path', () => {
    const inside = ({ specifier }: Import, file: SourceFile): boolean =>
      !isRelative(specifier) || resolve(file, specifier)?.startsWith(`${folder}/`) === true
    expectOnly([], refusedImports(files, inside, 'Import the other package by its name.'))
  })

  it('imports only the packages of ours below it', () => {
    const allowed = mayImport[folder] ?? ownPackages
    const below = ({ specifier }: Import): boolean => !isOf(specifier, ...ownPackages) || isOf(specifier, ...allowed)
    const why = `${folder} may import ${allowed.join(', ')} only (docs/architecture.md).`
    const own = known.swarmImports.filter((where) => where.startsWith(`${folder}/`) && !where.includes('> viem'))
    expectOnly(own, refusedImports(files, below, why))
  })

  it('declares what it imports', () => {
    const names = [manifest.name, ...Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })]
    const declared = ({ specifier }: Import, { path }: SourceFile): boolean =>
      isRelative(specifier) || specifier.startsWith('node:') || isTesting(path) || isOf(specifier, ...names)
    const sources = sourceFiles(`${folder}/src/**/*.ts`)
    expectOnly([], refusedImports(sources, declared, `Add it to "dependencies" of ${folder}/package.json.`))
  })

  it('has no file over 400 lines', () => {
    expect(files.filter(({ text }) => text.split('\n').length > 400).map(({ path }) => path)).toEqual([])
  })
})
