import { BaseError, isBaseError } from '@unhosted/core/errors'
import { formatBytes } from '@unhosted/core/units'
import { silentLog } from '@unhosted/node/log'
import { createModelStore } from '@unhosted/node/models'
import { safeLine } from '@unhosted/terminal'
import type { CommandContext, Handler } from '../../../command/context.ts'
import type { positionals } from './index.ts'

export const handle: Handler<Record<never, never>, typeof positionals> = async ({ model: reference }, context) => {
  const { paths, output } = context
  const store = createModelStore({ paths, log: silentLog })
  const model = await store.find(reference)
  // A name among others takes no file away.
  const isLast = model.names.length === 1 || !model.names.includes(reference)
  if (isLast && (await isLoaded(model.id, context))) {
    throw new BaseError('MODEL_IN_USE', `The daemon has loaded ${model.names[0] ?? model.id}.`)
  }
  const freedBytes = await store.remove(reference)
  const what = freedBytes === 0 ? 'the file stays under its other name' : `${formatBytes(freedBytes)} freed`
  output.result({ removed: reference, freedBytes }, () => `Removed ${safeLine(reference)}, ${what}.`)
}

/** Without a daemon nothing is loaded. */
async function isLoaded(modelId: string, { client, signal }: CommandContext): Promise<boolean> {
  try {
    return (await client.isModelLoaded({ modelId }, { signal })).loaded
  } catch (error) {
    if (isBaseError(error, 'DAEMON_NOT_RUNNING')) return false
    throw error
  }
}
