import { globSync, readFileSync } from 'node:fs'
import { sep } from 'node:path'

const root = new URL('../', import.meta.url)

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  readonly path: string
  readonly text: string
  /** Without comments and the contents of strings: what the program does, not what it says. */
  readonly code: string
  /** What it imports, as written. */
  readonly imports: readonly string[]
}

/** The TypeScript files that a glob names, tests left out. */
export function sourceFiles(pattern: string): readonly SourceFile[] {
  const paths = globSync(pattern, { cwd: root }).map((path) => path.split(sep).join('/'))
  return paths
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .toSorted()
    .map((path) => readSource(path, readFileSync(new URL(path, root), 'utf8')))
}

export function readSource(path: string, text: string): SourceFile {
  const uncommented = text.replace(literal, (match, comment: string | undefined) =>
    comment === undefined ? match : ' '
  )
  const imports = [...uncommented.matchAll(importing)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
  const code = uncommented.replace(literal, (match) => (match.startsWith('`') ? match : `''`))
  return { path, text, code, imports }
}

/** A comment (group 1), or a string, which may look like one inside. */
const literal = /(\/\*[\s\S]*?\*\/|\/\/[^\n]*)|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g

/** `import ... from 'x'` and `export ... from 'x'` (1), `import 'x'` (2), `import('x')` (3), `typeof import('x')` (3). */
const importing =
  /^(?:import|export)\b[^;'"`=]*?\bfrom\s*['"]([^'"\n]+)['"]|^import\s*['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]/gm

/** A package's name and declared dependencies. */
export function readPackage(folder: string): { readonly name: string; readonly dependencies: readonly string[] } {
  const text = readFileSync(new URL(`${folder}/package.json`, root), 'utf8')
  const { name, dependencies = {} } = JSON.parse(text) as { name: string; dependencies?: Record<string, string> }
  return { name, dependencies: Object.keys(dependencies) }
}
