import { BaseError } from '@unhosted/core/errors'
import { systemClock } from '../base/index.ts'
import type { ChildMessage } from './run-child.ts'

/** A child whose parent is gone ends within this time, ms, whatever it is doing. */
const lastingMs = 1500

/**
 * The child's side of `runChild`: wait for the request, send what `work` returns, exit. The signal fires when the
 * parent goes away or no longer wants the result.
 */
export function serveParent(
  work: (request: unknown, options: { signal: AbortSignal; progress: (value: unknown) => void }) => Promise<unknown>
): void {
  const controller = new AbortController()
  let started = false
  const send = (message: ChildMessage): Promise<void> =>
    new Promise((resolve) => {
      if (process.send === undefined || !process.connected) resolve()
      else process.send(message, () => resolve())
    })
  const fail = async (error: unknown): Promise<never> => {
    await send(errorMessage(error))
    process.exit(1)
  }
  void send({ type: 'ready' })
  process.once('disconnect', () => {
    controller.abort()
    if (!started) process.exit(0)
    systemClock.after(lastingMs, () => process.exit(1))
  })
  process.once('unhandledRejection', fail)
  process.once('uncaughtException', fail)
  process.once('message', async (message: { request: unknown }) => {
    started = true
    try {
      const progress = (value: unknown): void => void send({ type: 'progress', value })
      const value = await work(message.request, { signal: controller.signal, progress })
      await send({ type: 'result', value })
      process.exit(0)
    } catch (error) {
      await fail(error)
    }
  })
}

/** What the parent is told; plain errors name their errno, so that the parent can tell a full disk. */
function errorMessage(error: unknown): ChildMessage {
  if (error instanceof BaseError) {
    return { type: 'error', code: error.code, message: error.message.slice(0, 4000), advice: error.advice }
  }
  const errno = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  const text = error instanceof Error ? error.message : String(error)
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return {
      type: 'error',
      code: 'DISK_FULL',
      message: 'The disk has no room left for the download.',
      advice: 'Free some disk space and run the same command again to resume.'
    }
  }
  return { type: 'error', code: 'INTERNAL', message: text.slice(0, 2000), advice: 'Run again with --verbose.' }
}
