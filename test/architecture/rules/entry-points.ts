import { posix } from 'node:path'
import type { SourceFile } from '../parse-source.ts'
import type { Resolve } from '../resolve-import.ts'
import type { Package } from '../tree.ts'
import type { Violation } from '../violations.ts'

/** Wildcards in a package's `exports`: they make every folder public, those to come as well. */
export const wildcardExports = ({ folder, manifest }: Package): readonly Violation[] =>
  Object.keys(manifest.exports ?? {})
    .filter((subpath) => subpath.includes('*'))
    .map((subpath) => ({
      where: `${folder} ${subpath}`,
      advice: 'Name each public entry point in "exports" of package.json instead of a wildcard.'
    }))

/** The entry points of a package, each followed by the names that it exports, as text to compare with a committed file. */
export function entryPoints({ folder, manifest }: Package, files: readonly SourceFile[], resolve: Resolve): string {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const entries = Object.entries(manifest.exports ?? {}).filter(([subpath]) => !subpath.includes('*'))
  const sections = entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([subpath, { source = '' }]) => {
      const path = posix.join(folder, source)
      const names = exportedNames(path, byPath, resolve)
      const lines = [...names].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, kind]) => `  ${kind} ${name}`)
      return [`${posix.join(manifest.name, subpath)} (${path})`, ...lines].join('\n')
    })
  return `${sections.join('\n\n')}\n`
}

/** Every name that a file exports, `export *` followed, and whether it is a value or a type. */
function exportedNames(
  path: string,
  byPath: ReadonlyMap<string, SourceFile>,
  resolve: Resolve
): ReadonlyMap<string, 'type' | 'value'> {
  const names = new Map<string, 'type' | 'value'>()
  const pending = new Set([path])
  for (const each of pending) {
    const file = byPath.get(each)
    for (const { name, isType, from } of file?.exports ?? []) {
      if (name !== null) names.set(name, names.get(name) === 'value' || !isType ? 'value' : 'type')
      const target = file === undefined || from === null || name !== null ? null : resolve(file, from)
      if (target !== null) pending.add(target)
    }
  }
  return names
}
