import { BaseError } from '@unhosted/core/errors'

/** Conventional status of a process that ended on SIGINT. */
const forcedExitCode = 130

/**
 * The first Ctrl-C or SIGTERM aborts the signal, the second ends the process at once.
 * @returns the signal, and a function that removes the listeners
 */
export function watchInterrupts(process: NodeJS.Process): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(forcedExitCode)
    controller.abort(new BaseError('CANCELLED', 'Cancelled.', { advice: 'Run the command again when you want it.' }))
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, onSignal)
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of names) process.off(name, onSignal)
    }
  }
}
