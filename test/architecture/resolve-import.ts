import { posix } from 'node:path'
import type { SourceFile } from './parse-source.ts'
import type { Package } from './tree.ts'

/** The path of the file that an import names, from the root of the repository; null for a package of others. */
export type Resolve = (file: SourceFile, specifier: string) => string | null

export const isRelative = (specifier: string): boolean => specifier.startsWith('.')

/** Resolves as Node does under the condition `source`, over the packages of this workspace. */
export function resolverOf(packages: readonly Package[]): Resolve {
  return (file, specifier) => {
    if (isRelative(specifier)) return posix.join(posix.dirname(file.path), specifier)
    for (const { folder, manifest } of packages) {
      const { name, exports = {} } = manifest
      if (specifier !== name && !specifier.startsWith(`${name}/`)) continue
      const entry = entryOf(exports, `.${specifier.slice(name.length)}`)
      return entry === null ? null : posix.join(folder, entry)
    }
    return null
  }
}

/** The source file of a subpath such as './units'; null when the package does not export it. */
function entryOf(exports: NonNullable<Package['manifest']['exports']>, subpath: string): string | null {
  const exact = exports[subpath]?.source
  if (exact !== undefined) return exact
  const pattern = exports['./*']?.source
  return pattern === undefined || subpath === '.' ? null : pattern.replace('*', subpath.slice(2))
}

/** The folder of a path within the sources of its package: 'pool' for 'packages/node/src/pool/lease.ts'. */
export const packageOf = (path: string): string => /^(packages\/[^/]+|[^/]+)/.exec(path)?.[0] ?? path
