export * from './base-error.ts'
export * from './cancelled.ts'
export type { ErrorSpec } from './error-spec.ts'
export { coreErrorTable } from './error-table.ts'
export * from './parse-base-error.ts'
export * from './printable.ts'
// A star, so that other packages can extend ErrorCodes through this entry point.
export * from './registry.ts'
