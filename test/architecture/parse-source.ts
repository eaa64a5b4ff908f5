import { parseSync, Visitor } from 'oxc-parser'

/** `value`: loaded with the file that names it; `type`: erased by the compiler; `dynamic`: `import('x')`, loaded when it runs. */
export type ImportKind = 'value' | 'type' | 'dynamic'

/** One file named by another, by an import or by an export with `from`. */
export interface Import {
  /** As written: './lease.ts', '@unhosted/core/units', 'node:fs'. */
  readonly specifier: string
  readonly kind: ImportKind
}

interface Export {
  /** The exported name; `default`; null for `export * from`. */
  readonly name: string | null
  readonly isType: boolean
  /** The specifier that it comes from; null when this file declares it. */
  readonly from: string | null
}

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
  readonly exports: readonly Export[]
  /** The text with comments and the contents of strings blanked: what the program does, not what it says. */
  readonly code: string
}

type Parsed = ReturnType<typeof parseSync>

export function parseSource(path: string, text: string): SourceFile {
  const parsed = parseSync(path, text)
  const [error] = parsed.errors
  if (error !== undefined) throw new Error(`${path} does not parse: ${error.message}`)
  let code: string | undefined
  return {
    path,
    text,
    imports: importsOf(parsed, text),
    exports: exportsOf(parsed),
    // Building the syntax tree costs ten times the parsing, and few rules need it.
    get code() {
      code ??= blanked(text, [...parsed.comments, ...literalsOf(parsed)])
      return code
    }
  }
}

function importsOf(parsed: Parsed, text: string): readonly Import[] {
  const { staticImports, staticExports, dynamicImports } = parsed.module
  const found = new Map<string, Import>()
  const add = (specifier: string, kind: ImportKind): void => {
    found.set(`${kind} ${specifier}`, { specifier, kind })
  }
  for (const { start, moduleRequest } of staticImports) add(moduleRequest.value, kindAt(text, start))
  for (const { start, entries } of staticExports) {
    for (const { moduleRequest } of entries) {
      // `import { a } from 'x'; export { a }` has its statement among the imports already.
      if (moduleRequest !== null && text.startsWith('export', start)) add(moduleRequest.value, kindAt(text, start))
    }
  }
  for (const { moduleRequest } of dynamicImports) {
    const written = text.slice(moduleRequest.start, moduleRequest.end)
    if (/^(['"]).*\1$/.test(written)) add(written.slice(1, -1), 'dynamic')
  }
  if (importCalls(text) > dynamicImports.length) for (const specifier of importTypes(parsed)) add(specifier, 'type')
  return [...found.values()]
}

/** The compiler erases `import type ... from`; it keeps `import { type A } from`, without the names. */
const kindAt = (text: string, start: number): ImportKind =>
  /^(import|export)\s+type\s+(?!from\b)/.test(text.slice(start, start + 40)) ? 'type' : 'value'

const importCalls = (text: string): number => text.split('import(').length - 1

/** The specifiers of `typeof import('x')` and `import('x').Name`, which the parser's list of imports leaves out. */
function importTypes(parsed: Parsed): readonly string[] {
  const found: string[] = []
  new Visitor({
    TSImportType: ({ source }) => {
      found.push(source.value)
    }
  }).visit(parsed.program)
  return found
}

const exportsOf = (parsed: Parsed): readonly Export[] =>
  parsed.module.staticExports.flatMap(({ entries }) =>
    entries.map(({ exportName, isType, moduleRequest }) => ({
      name: exportName.kind === 'Default' ? 'default' : exportName.name,
      isType,
      from: moduleRequest?.value ?? null
    }))
  )

interface Range {
  readonly start: number
  readonly end: number
}

function literalsOf(parsed: Parsed): readonly Range[] {
  const found: Range[] = []
  new Visitor({
    Literal: (node) => {
      if (typeof node.value === 'string') found.push({ start: node.start + 1, end: node.end - 1 })
    },
    TemplateElement: ({ start, end }) => {
      found.push({ start, end })
    }
  }).visit(parsed.program)
  return found
}

function blanked(text: string, ranges: readonly Range[]): string {
  const parts: string[] = []
  let at = 0
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    if (start < at) continue
    parts.push(text.slice(at, start), text.slice(start, end).replace(/[^\n]/g, ' '))
    at = end
  }
  return `${parts.join('')}${text.slice(at)}`
}
