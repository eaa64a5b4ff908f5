import { type ErrorCode, errorSpec } from './registry.ts'

export interface BaseErrorOptions {
  /** What the user can do about it: one or two imperative sentences. Default: the remedy of the code. */
  readonly advice?: string
  readonly cause?: unknown
  /** Facts for programs; must never hold secrets, prompts or completions. */
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * The one error type that crosses a module boundary: a stable code, what happened
 * (`message`), and what the user can do (`advice`). `docs/errors.md` lists every code.
 */
export class BaseError extends Error {
  override readonly name = 'UnhostedError'
  readonly code: ErrorCode
  readonly advice: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, what: string, options: BaseErrorOptions = {}) {
    super(what, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.advice = options.advice ?? errorSpec(code).remedy
    this.details = options.details ?? {}
  }

  /** HTTP status that a gateway answers with for this error. */
  get status(): number {
    return errorSpec(this.code).status
  }

  /** The first error in the cause chain, this one included, that `matches`. */
  walk(matches: (error: unknown) => boolean): unknown {
    let current: unknown = this
    while (current !== undefined && current !== null) {
      if (matches(current)) return current
      current = current instanceof Error ? current.cause : undefined
    }
    return undefined
  }
}

export function isBaseError(error: unknown, code?: ErrorCode): error is BaseError {
  return error instanceof BaseError && (code === undefined || error.code === code)
}
