import { BaseError, isBaseError } from '@unhosted/core/errors'
import { startNode } from '@unhosted/node'
import { systemClock, within } from '@unhosted/node/base'
import { openDaemonLog } from '@unhosted/node/log'
import { prepareHome } from '@unhosted/node/store'
import type { CommandContext, Handler } from '../../command/context.ts'
import { readConfig } from '../../setup/read-config.ts'
import type { options } from './options.ts'
import { createServeView } from './view.ts'

/** A clean stop takes less; what still hangs after this long must not keep a person waiting. */
const stopPatienceMs = 3000

export const handle: Handler<typeof options, Record<never, never>> = async (args, context) => {
  const { paths, signal } = context
  const config = await readConfig(args, context)
  await prepareHome(paths)
  await refuseSecondDaemon(context)
  const view = createServeView(context.output)
  const daemonLog = openDaemonLog(paths.logs, context.verbose ? 'debug' : config.log.level)
  try {
    const node = await startNode({ config, paths, log: daemonLog.log, signal, onEvent: view.onEvent })
    await Promise.race([toldToStop(context, args.untilStdinEnds === true), node.stopped])
    await withPatience(node.stop())
  } catch (error) {
    // Ctrl-C while the daemon still starts is no failure.
    if (!(signal.aborted && isBaseError(error, 'CANCELLED'))) throw error
  } finally {
    view.close()
    context.input.pause()
    await daemonLog.close()
  }
}

/** The control socket refuses as well; asking first can say which daemon it is. */
async function refuseSecondDaemon({ client, paths, signal }: CommandContext): Promise<void> {
  try {
    const { pid, endpoint } = await client.status({ signal })
    throw new BaseError('DAEMON_RUNNING', `A daemon already runs on ${paths.home} (process ${pid}, ${endpoint}).`)
  } catch (error) {
    if (!isBaseError(error, 'DAEMON_NOT_RUNNING')) throw error
  }
}

/** Settles on Ctrl-C or SIGTERM, and if asked to when standard input ends; the process ends soon after. */
function toldToStop({ input, signal }: CommandContext, untilInputEnds: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (!untilInputEnds) return
    input.once('close', resolve)
    input.resume()
  })
}

async function withPatience(stopping: Promise<void>): Promise<void> {
  const stopped = stopping.then(() => true)
  if ((await within(stopped, stopPatienceMs, systemClock)) !== null) return
  throw new BaseError('INTERNAL', `The daemon did not stop within ${stopPatienceMs / 1000} s.`, {
    advice: 'Press Ctrl-C again. The next start cleans up.'
  })
}
