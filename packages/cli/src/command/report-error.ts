import { BaseError, isBaseError } from '@unhosted/core/errors'
import { type Colours, safeText, wrapCells } from '@unhosted/terminal'

/** Exit codes of every command. */
export const exitCodes = { done: 0, failed: 1, usage: 2, noDaemon: 3 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export function exitCodeOf(error: BaseError): ExitCode {
  if (error.code === 'USAGE' || error.code === 'CONFIG_INVALID') return exitCodes.usage
  if (error.code === 'DAEMON_NOT_RUNNING') return exitCodes.noDaemon
  return exitCodes.failed
}

const adviceIndent = 2

/** Anything that was thrown, as an error that can be shown. */
export function asBaseError(error: unknown): BaseError {
  if (isBaseError(error)) return error
  const what = error instanceof Error ? error.message : String(error)
  return new BaseError('INTERNAL', `Unexpected error: ${what}`, {
    cause: error
  })
}

export interface ErrorStyle {
  readonly colours: Colours
  /** Also print the stack traces of the error and its causes. */
  readonly verbose: boolean
  /** Lines are broken between words to this width; Infinity for no terminal. */
  readonly columns: number
}

/** For people: `error[CODE]: what happened`, then what to do, indented. docs/errors.md lists the codes. */
export function renderError(error: BaseError, { colours, verbose, columns }: ErrorStyle): string {
  const label = `error[${error.code}]:`
  const what = wrapCells(safeText(error.message), columns, 0, label.length + 1)
  const lines = [`${colours.red(label)} ${what}`]
  if (error.advice !== '') lines.push(wrapCells(safeText(error.advice), columns, adviceIndent))
  if (verbose) {
    let current: unknown = error
    while (current instanceof Error) {
      lines.push(colours.dim(safeText(current.stack ?? String(current))))
      current = current.cause
    }
  }
  return lines.join('\n')
}

export function errorDocument(error: BaseError): unknown {
  return { error: { code: error.code, message: error.message, advice: error.advice, details: error.details } }
}
