import type { SourceFile } from '../parse-source.ts'
import type { Resolve } from '../resolve-import.ts'
import type { Violation } from '../violations.ts'
import { isTesting } from './folder-doors.ts'

/** What a package's `tsconfig.json` excludes from `dist`: tests, and the doubles that they share. */
const neverPublished: readonly string[] = ['src/**/*.test.ts', 'src/**/testing/**']

/** The patterns of `neverPublished` that a `tsconfig.json` does not exclude. */
export function publishedDoubles(path: string, text: string): readonly Violation[] {
  const { exclude = [] } = JSON.parse(text) as { exclude?: readonly string[] }
  return neverPublished
    .filter((pattern) => !exclude.includes(pattern))
    .map((pattern) => ({ where: path, advice: `Add '${pattern}' to its "exclude": test doubles must not reach dist.` }))
}

/** Test doubles outside a `testing/` folder, which `neverPublished` does not catch. */
export const looseDoubles = (files: readonly SourceFile[]): readonly Violation[] =>
  files
    .filter(({ path }) => isTesting(path) && !path.includes('/testing/'))
    .map(({ path }) => ({ where: path, advice: "Move it into a 'testing/' folder, which dist leaves out." }))

/** Product code that imports a test double: the compiler would put it into `dist` all the same. */
export const importedDoubles = (files: readonly SourceFile[], resolve: Resolve): readonly Violation[] =>
  files
    .filter(({ path }) => !isTesting(path))
    .flatMap((file) =>
      file.imports
        .flatMap(({ specifier }) => resolve(file, specifier) ?? [])
        .filter(isTesting)
        .map((target) => ({
          where: `${file.path} -> ${target}`,
          advice: "Product code must not use a test double. Move what it needs out of 'testing/'."
        }))
    )
