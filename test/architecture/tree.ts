import { globSync, readFileSync } from 'node:fs'
import { sep } from 'node:path'
import { parseSource, type SourceFile } from './parse-source.ts'

const root = new URL('../../', import.meta.url)

/** The text of a file, by its path from the root of the repository. */
export const readText = (path: string): string => readFileSync(new URL(path, root), 'utf8')

/** The paths that a glob names, from the root of the repository, with slashes, sorted. */
export const paths = (pattern: string): readonly string[] =>
  globSync(pattern, { cwd: root })
    .map((path) => path.split(sep).join('/'))
    .toSorted()

/** Every source file is parsed once, however many rules read it. */
const parsed = new Map<string, SourceFile>()

function parseOnce(path: string): SourceFile {
  const file = parsed.get(path) ?? parseSource(path, readText(path))
  parsed.set(path, file)
  return file
}

/** The TypeScript files that a glob names, tests left out. */
export const sourceFiles = (pattern: string): readonly SourceFile[] =>
  paths(pattern)
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map(parseOnce)

/** What the rules read of a `package.json`. */
interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  /** Per subpath the file of each condition. */
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** A package of the workspace. */
export interface Package {
  /** From the root of the repository: 'packages/core'. */
  readonly folder: string
  readonly manifest: Manifest
}

/** Every package of the workspace. */
export const workspace: readonly Package[] = paths('{packages/*,benchmarks}/package.json').map((path) => ({
  folder: path.slice(0, -'/package.json'.length),
  manifest: JSON.parse(readText(path)) as Manifest
}))

/** Every source file of every package. */
export const allSources: readonly SourceFile[] = sourceFiles('{packages/*,benchmarks}/{src,e2e}/**/*.ts')
