/** A copy of the contracts that is broken on purpose: a test must fail on it. */
export interface Mutant {
  /** What is broken, in words that name the behaviour. */
  readonly id: string
  /** Path from the package's folder. */
  readonly file: string
  /** Text that stands in the file once and no more. */
  readonly find: string
  readonly replace: string
  /** How the names of the test files begin that should catch it. */
  readonly tests: string
}

/** @throws when the text to find is not there, or more than once: then the source moved, and the mutant with it */
export function mutate(source: string, { id, file, find, replace }: Mutant): string {
  const parts = source.split(find)
  if (parts.length !== 2) throw new Error(`mutant "${id}": its text stands ${parts.length - 1} times in ${file}`)
  if (find === replace) throw new Error(`mutant "${id}" changes nothing`)
  return parts.join(replace)
}
