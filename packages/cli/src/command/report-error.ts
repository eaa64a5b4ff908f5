import { BaseError, isBaseError } from '@unhosted/core/errors'
import { type Colours, safeText } from '@unhosted/terminal'

/** Exit codes of every command. */
export const exitCodes = { done: 0, failed: 1, usage: 2, noDaemon: 3 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export function exitCodeOf(error: BaseError): ExitCode {
  if (error.code === 'USAGE' || error.code === 'CONFIG_INVALID') return exitCodes.usage
  if (error.code === 'DAEMON_NOT_RUNNING') return exitCodes.noDaemon
  return exitCodes.failed
}

/** Anything that was thrown, as an error that can be shown. */
export function asBaseError(error: unknown): BaseError {
  if (isBaseError(error)) return error
  const what = error instanceof Error ? error.message : String(error)
  return new BaseError('INTERNAL', `Something went wrong inside Unhosted: ${what}`, {
    cause: error
  })
}

/** The error as people read it: its code, by which docs/errors.md lists it, what happened, what to do, and with `verbose` where. */
export function renderError(error: BaseError, colours: Colours, verbose: boolean): string {
  const lines = [`${colours.red(`error[${error.code}]:`)} ${safeText(error.message)}`]
  if (error.advice !== '') lines.push(`  ${safeText(error.advice)}`)
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
