import type { ImportKind, SourceFile } from '../parse-source.ts'
import type { Resolve } from '../resolve-import.ts'
import type { Violation } from '../violations.ts'

/** The files that no chain of imports, of any kind, leads to from `roots`. A root that does not exist is one too. */
export function unreachable(
  files: readonly SourceFile[],
  resolve: Resolve,
  roots: readonly string[]
): readonly Violation[] {
  const reached = reachedFrom(files, resolve, roots)
  const existing = new Set(files.map(({ path }) => path))
  return [
    ...roots
      .filter((path) => !existing.has(path))
      .map((path) => ({ where: path, advice: 'This root does not exist. Correct roots in reachable.test.ts.' })),
    ...files
      .filter(({ path }) => !reached.has(path))
      .map(({ path }) => ({
        where: path,
        advice:
          'No command, daemon or child process reaches this file. Delete it, or import it where it is used. If a process starts with it, add it to the roots in reachable.test.ts.'
      }))
  ]
}

/** The files that chains of imports of these kinds lead to from `roots`, and the roots. */
export function reachedFrom(
  files: readonly SourceFile[],
  resolve: Resolve,
  roots: readonly string[],
  kinds: readonly ImportKind[] = ['value', 'type', 'dynamic']
): ReadonlySet<string> {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const reached = new Set(roots)
  for (const path of reached) {
    const file = byPath.get(path)
    if (file === undefined) continue
    for (const { specifier, kind } of file.imports) {
      const target = kinds.includes(kind) ? resolve(file, specifier) : null
      if (target !== null) reached.add(target)
    }
  }
  return reached
}
