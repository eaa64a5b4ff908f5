import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPackage, readSource, type SourceFile, sourceFiles } from './source-files.ts'

// The rules of docs/architecture.md that no compiler setting holds.

const core = sourceFiles('packages/core/src/**/*.ts')
const node = sourceFiles('packages/node/src/**/*.ts')
const cli = sourceFiles('packages/cli/src/**/*.ts')
const folders = [
  'packages/core',
  'packages/swarm-contracts',
  'packages/node',
  'packages/cli',
  'packages/lab',
  'benchmarks'
]

/** Start order: a folder imports those before it; anything backward is an event or an injected function. */
const startOrder = [
  'log',
  'store',
  'identity',
  'wallet',
  'p2p',
  'engine',
  'models',
  'inventory',
  'pool',
  'swarm',
  'router',
  'gateway',
  'control'
]

/** What makes an answer depend on more than the arguments. */
const impure = [
  /\bfetch\s*\(/,
  /\bset(Timeout|Interval|Immediate)\b/,
  /\bqueueMicrotask\b/,
  /\bDate\s*\.\s*now\b/,
  /\bnew\s+Date\s*\(\s*\)/,
  /\bMath\s*\.\s*random\b/,
  /\bcrypto\s*\./,
  /\bperformance\s*\./,
  /\bprocess\s*\./,
  /\bglobalThis\b/,
  /\bconsole\s*\./
]

/** Every place where a rule is broken, as `file: what`. */
function violations(files: readonly SourceFile[], check: (file: SourceFile) => readonly string[]): readonly string[] {
  return files.flatMap((file) => check(file).map((what) => `${file.path}: ${what}`))
}

const isRelative = (specifier: string): boolean => specifier.startsWith('.')

/** Where a relative import leads, from the root of the repository. */
const target = (file: SourceFile, specifier: string): string => posix.join(posix.dirname(file.path), specifier)

const impurities = ({ code }: SourceFile): readonly string[] =>
  impure.filter((pattern) => pattern.test(code)).map(String)

const backwardImports = (file: SourceFile): readonly string[] => {
  const from = startOrder.indexOf(file.path.split('/')[3] ?? '')
  if (from === -1) return []
  return file.imports.filter((specifier) => {
    if (!isRelative(specifier)) return false
    const to = target(file, specifier).split('/')[3] ?? ''
    return startOrder.indexOf(to) > from || !startOrder.includes(to)
  })
}

describe('the rules can fail', () => {
  it.each([
    ['a clock', 'export const now = () => Date.now()'],
    ['randomness', 'const dice = Math.random ()'],
    ['a timer', 'setTimeout(() => {}, 1)'],
    ['the network', 'await fetch(address)']
  ])('%s in core is seen', (_, text) => {
    expect(impurities(readSource('packages/core/src/a.ts', text))).toHaveLength(1)
  })

  it('comments and strings are not', () => {
    const text = "// never Date.now()\nconst advice = 'fetch(it) again'\n/* Math.random */"
    expect(impurities(readSource('packages/core/src/a.ts', text))).toEqual([])
  })

  it('a backward import is seen', () => {
    const text = "import { a } from '../pool/index.ts'\nimport { b } from '../models/index.ts'"
    expect(backwardImports(readSource('packages/node/src/inventory/a.ts', text))).toEqual(['../pool/index.ts'])
  })
})

describe('core', () => {
  it('imports only itself, zod, @noble and ox', () => {
    const foreign = ({ imports }: SourceFile): readonly string[] =>
      imports.filter((specifier) => !isRelative(specifier) && !/^(zod$|@noble\/|ox\/)/.test(specifier))
    expect(violations(core, foreign)).toEqual([])
  })

  it('has no clock, no randomness, no I/O', () => {
    expect(violations(core, impurities)).toEqual([])
  })
})

describe('node', () => {
  it('has no folder that is not in the start order', () => {
    const names = new Set(node.map(({ path }) => path.split('/')).flatMap(([, , , name, file]) => (file ? [name] : [])))
    expect([...names].toSorted()).toEqual(startOrder.toSorted())
  })

  it('imports only what starts earlier', () => {
    expect(violations(node, backwardImports)).toEqual([])
  })
})

/** What a file makes Node load at once: neither types nor `import()`. */
const loads = ({ text }: SourceFile): readonly string[] =>
  [...text.matchAll(/^(?:import|export)\s+(?!type\b)[^'";]*?from\s*'([^']+)'/gm)].map((match) => match[1] ?? '')

/** A file and everything that it makes Node load of the same package. */
function loadedFrom(path: string, files: readonly SourceFile[], seen = new Set<string>()): readonly SourceFile[] {
  const file = files.find((each) => each.path === path)
  if (file === undefined || seen.has(path)) return []
  seen.add(path)
  const next = loads(file).filter(isRelative)
  return [file, ...next.flatMap((specifier) => loadedFrom(target(file, specifier), files, seen))]
}

describe('the daemon', () => {
  // Loaded, it is 25 MB of the 150 that an idle daemon may hold.
  it('starts without viem, and the swarm folder is what would load it', () => {
    const heavy = (file: SourceFile): readonly string[] =>
      loads(file).filter((specifier) => /^(viem|@unhosted\/swarm-contracts)(\/|$)/.test(specifier))
    expect(violations(loadedFrom('packages/node/src/index.ts', node), heavy)).toEqual([])
    expect(violations(loadedFrom('packages/node/src/swarm/index.ts', node), heavy)).not.toEqual([])
  })
})

describe('cli', () => {
  it('knows no package of ours but core and node', () => {
    const others = ({ imports }: SourceFile): readonly string[] =>
      imports.filter((specifier) => /^@unhosted\/(?!core\/|node(\/|$))/.test(specifier))
    expect(violations(cli, others)).toEqual([])
  })
})

describe.each(folders)('%s', (folder) => {
  const files = sourceFiles(`${folder}/{src,e2e}/**/*.ts`)
  const { name, dependencies } = readPackage(folder)

  it('reaches no other package by a relative path', () => {
    const outside = (file: SourceFile): readonly string[] =>
      file.imports.filter((specifier) => isRelative(specifier) && !target(file, specifier).startsWith(`${folder}/`))
    expect(violations(files, outside)).toEqual([])
  })

  it('declares what it imports', () => {
    const undeclared = ({ imports }: SourceFile): readonly string[] =>
      imports
        .filter((specifier) => !isRelative(specifier) && !specifier.startsWith('node:'))
        .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'))
        .filter((dependency) => dependency !== name && !dependencies.includes(dependency))
    expect(violations(sourceFiles(`${folder}/src/**/*.ts`), undeclared)).toEqual([])
  })

  it('has no file over 400 lines', () => {
    const long = ({ text }: SourceFile): readonly string[] => {
      const lines = text.split('\n').length
      return lines > 400 ? [`${lines} lines`] : []
    }
    expect(violations(files, long)).toEqual([])
  })
})
