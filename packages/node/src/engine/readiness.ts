import { setTimeout as delay } from 'node:timers/promises'
import { BaseError } from '@unhosted/core/errors'
import { cancelled } from './cancelled.ts'
import { meaningfulLine } from './process-log.ts'
import { processIdentity } from './process-state.ts'
import type { WatchedProcess } from './supervisor.ts'

export interface ReadinessOptions {
  readonly signal: AbortSignal
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
    throw cancelled(`Starting ${started.title}`, options.signal.reason)
  } finally {
    over.abort()
  }
}

async function poll(started: WatchedProcess, signal: AbortSignal, options: ReadinessOptions): Promise<void> {
  const stallMs = options.stallMs ?? 60_000
  const begun = performance.now()
  let workedAt = begun
  let ticks: number | null = null
  let pauseMs = 10
  while (true) {
    signal.throwIfAborted()
    if (await options.probe(AbortSignal.any([signal, AbortSignal.timeout(2000)]))) return
    const identity = await processIdentity(started.pid)
    // Where CPU time is not known only the limit ends a hang.
    if (identity === null || identity.cpuTicks === null || identity.cpuTicks !== ticks) workedAt = performance.now()
    ticks = identity?.cpuTicks ?? null
    const idleMs = performance.now() - Math.max(workedAt, started.output.lastOutputAt)
    if (idleMs > stallMs) throw startFailed(started, `${started.title} did nothing for ${Math.round(idleMs / 1000)} s.`)
    if (performance.now() - begun > (options.limitMs ?? 1_800_000)) {
      throw startFailed(started, `${started.title} was not ready after ${Math.round((options.limitMs ?? 0) / 1000)} s.`)
    }
    await delay(pauseMs, undefined, { signal })
    pauseMs = Math.min(pauseMs * 1.5, 250)
  }
}

function startFailed(started: WatchedProcess, what: string): BaseError {
  return new BaseError('ENGINE_START_FAILED', what, {
    advice: `The whole output is in ${started.logFile}.`,
    details: { logFile: started.logFile, lastLine: meaningfulLine(started.output.lines()) }
  })
}
