import { BaseError, cancelled } from '@unhosted/core/errors'
import { type Clock, pause, processIdentity, withTimeLimit } from '../base/index.ts'
import { meaningfulLine } from './process-log.ts'
import type { WatchedProcess } from './supervisor.ts'

/** Longest time for one probe, ms. */
const probeMs = 2000

export interface ReadinessOptions {
  readonly signal: AbortSignal
  readonly clock: Clock
  /** Whether it is ready now; must end soon after its signal. */
  readonly probe: (signal: AbortSignal) => Promise<boolean>
  /**
   * Longest time without any output and without any CPU time used. A load over a slow link takes its minutes, but
   * it works all the while; one that waits on a dead peer does not. Default 60 s.
   */
  readonly stallMs?: number
  /** Longest time in all. Default 30 minutes. */
  readonly limitMs?: number
}

/**
 * Wait until a process is ready. On failure it is ended first.
 * @throws BaseError ENGINE_START_FAILED | CANCELLED
 */
export async function awaitReady(started: WatchedProcess, options: ReadinessOptions): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  try {
    await Promise.race([poll(started, signal, options), started.exited.then(() => over.abort())])
    if (started.exit !== null) throw startFailed(started, started.exit.summary)
  } catch (error) {
    if (!over.signal.aborted) over.abort()
    const aborted = options.signal.aborted
    await started.stop(aborted ? 500 : 0)
    if (!aborted) throw error
    throw cancelled(options.signal.reason, `Starting ${started.title} was cancelled.`)
  } finally {
    over.abort()
  }
}

async function poll(started: WatchedProcess, signal: AbortSignal, options: ReadinessOptions): Promise<void> {
  const { clock, stallMs = 60_000, limitMs = 1_800_000 } = options
  const begun = clock.elapsed()
  let workedAt = begun
  let ticks: number | null = null
  let pauseMs = 10
  while (true) {
    signal.throwIfAborted()
    if (await withTimeLimit({ clock, ms: probeMs, signal }, options.probe)) return
    const identity = await processIdentity(started.pid)
    // Where CPU time is not known only the limit ends a hang.
    if (identity === null || identity.cpuTicks === null || identity.cpuTicks !== ticks) workedAt = clock.elapsed()
    ticks = identity?.cpuTicks ?? null
    const idleMs = clock.elapsed() - Math.max(workedAt, started.output.lastOutputAt)
    if (idleMs > stallMs) throw startFailed(started, `${started.title} did nothing for ${Math.round(idleMs / 1000)} s.`)
    if (clock.elapsed() - begun > limitMs) {
      throw startFailed(started, `${started.title} was not ready after ${Math.round(limitMs / 1000)} s.`)
    }
    await pause(clock, pauseMs, signal)
    pauseMs = Math.min(pauseMs * 1.5, 250)
  }
}

function startFailed(started: WatchedProcess, what: string): BaseError {
  return new BaseError('ENGINE_START_FAILED', what, {
    advice: `The whole output is in ${started.logFile}.`,
    details: { logFile: started.logFile, lastLine: meaningfulLine(started.output.lines()) }
  })
}
