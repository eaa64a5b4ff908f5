import { setTimeout as delay } from 'node:timers/promises'
import { BaseError, isBaseError } from '@unhosted/core/errors'
import type { CommandContext, Handler } from '../../command/context.ts'

/** A clean stop takes at most 3 s; after this long something hangs. */
const patienceMs = 10_000
const pollMs = 50

export const handle: Handler<Record<never, never>, Record<never, never>> = async (_, context) => {
  const { pid } = await context.client.status({ signal: context.signal })
  await context.client.stop({ signal: context.signal })
  await waitUntilGone(pid, context)
  context.output.result({ stopped: true, pid }, () => 'Stopped.')
}

async function waitUntilGone(pid: number, { client, signal }: CommandContext): Promise<void> {
  const deadline = AbortSignal.timeout(patienceMs)
  const either = AbortSignal.any([signal, deadline])
  for (;;) {
    try {
      await client.status({ signal: either })
      await delay(pollMs, undefined, { signal: either })
    } catch (error) {
      if (isBaseError(error, 'DAEMON_NOT_RUNNING')) return
      if (!deadline.aborted) throw error
      throw new BaseError('INTERNAL', `The daemon (process ${pid}) did not stop within ${patienceMs / 1000} s.`, {
        advice: `Kill it with: kill -9 ${pid}. The next start cleans up.`
      })
    }
  }
}
