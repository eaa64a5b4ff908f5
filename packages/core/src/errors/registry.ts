import type { ErrorSpec } from './error-spec.ts'
import { coreErrorTable } from './error-table.ts'

/**
 * Error codes by package. A package with codes of its own adds them by declaration merging, so that the compiler knows
 * them, and by `registerErrors`, so that they can be looked up.
 * @public
 */
export interface ErrorCodes {
  readonly core: keyof typeof coreErrorTable
}

/** Every code that the compiler knows of. */
export type ErrorCode = ErrorCodes[keyof ErrorCodes]

const registered = new Map<string, ErrorSpec>(Object.entries(coreErrorTable))

/**
 * Make the codes of another package known. Registering the same table twice changes nothing.
 * @throws Error where a code is already taken by another specification: two packages must not share a code
 */
export function registerErrors(table: Readonly<Record<string, ErrorSpec>>): void {
  for (const [code, spec] of Object.entries(table)) {
    const known = registered.get(code)
    if (known !== undefined && known !== spec) throw new Error(`the error code ${code} is registered twice`)
    registered.set(code, spec)
  }
}

export function isErrorCode(code: string): code is ErrorCode {
  return registered.has(code)
}

/** @throws Error for a code that no loaded package has registered */
export function errorSpec(code: ErrorCode): ErrorSpec {
  const spec = registered.get(code)
  if (spec === undefined) throw new Error(`the error code ${code} is not registered`)
  return spec
}
