import type { Import, SourceFile } from '../parse-source.ts'
import type { Violation } from '../violations.ts'

/** The imports that `isAllowed` refuses, as 'file -> specifier'. `why` says what to do instead. */
export const refusedImports = (
  files: readonly SourceFile[],
  isAllowed: (imported: Import, file: SourceFile) => boolean,
  why: string
): readonly Violation[] =>
  files.flatMap((file) =>
    file.imports
      .filter((imported) => !isAllowed(imported, file))
      .map(({ specifier }) => ({ where: `${file.path} -> ${specifier}`, advice: why }))
  )

/** Whether a specifier names one of these packages or a subpath of it. */
export const isOf = (specifier: string, ...packages: readonly string[]): boolean =>
  packages.some((name) => specifier === name || specifier.startsWith(`${name}/`))
