import { posix } from 'node:path'
import type { SourceFile } from '../parse-source.ts'
import { packageOf, type Resolve } from '../resolve-import.ts'
import type { Violation } from '../violations.ts'

/**
 * Imports that go past the `index.ts` (what a folder makes) or `types.ts` (its contracts) of another folder of the same
 * package. Folders are those directly below `src`: inside one of them, and to the files beside it, imports are free.
 * A test double may import any other.
 */
export function folderDoors(files: readonly SourceFile[], resolve: Resolve): readonly Violation[] {
  return files.flatMap((file) =>
    file.imports.flatMap(({ specifier }): readonly Violation[] => {
      const target = resolve(file, specifier)
      if (target === null || packageOf(target) !== packageOf(file.path)) return []
      if (isOpen(file.path, target) || (isTesting(file.path) && isTesting(target))) return []
      const advice = `Import from '${posix.dirname(target)}/index.ts' or its 'types.ts'. Export the name there if the folder means to offer it.`
      return [{ where: `${file.path} -> ${target}`, advice }]
    })
  )
}

const isOpen = (from: string, to: string): boolean => {
  const folder = folderOf(to)
  return folder === null || folder === folderOf(from) || ['index.ts', 'types.ts'].includes(posix.basename(to))
}

/** 'pool' for 'packages/node/src/pool/testing/clock.ts'; null for a file directly in `src`. */
const folderOf = (path: string): string | null => /\/src\/([^/]+)\//.exec(path)?.[1] ?? null

/** A test, or a double that only tests use: both stay out of what is published. */
export const isTesting = (path: string): boolean =>
  path.includes('/testing/') || /\/testing(-[^/]*)?\.ts$/.test(path) || path.endsWith('.test.ts')
