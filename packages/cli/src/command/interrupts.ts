import { BaseError } from '@unhosted/core/errors'

/** Conventional status of a process that ended on SIGINT. */
const forcedExitCode = 130

/** What ends a command early. */
export interface Interrupts {
  readonly signal: AbortSignal
  /** As the first Ctrl-C does. Idempotent. */
  interrupt(): void
  /** Removes the listeners. */
  stop(): void
}

/** The first Ctrl-C or SIGTERM aborts the signal, the second ends the process at once. */
export function watchInterrupts(process: NodeJS.Process): Interrupts {
  const controller = new AbortController()
  const interrupt = (): void => {
    controller.abort(new BaseError('CANCELLED', 'Cancelled.'))
  }
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(forcedExitCode)
    interrupt()
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, onSignal)
  return {
    signal: controller.signal,
    interrupt,
    stop: () => {
      for (const name of names) process.off(name, onSignal)
    }
  }
}
