import { BaseError } from '@unhosted/core/errors'
import type { Handler } from '../../../command/context.ts'
import { lookForEngine } from '../../../setup/engine.ts'

export const handle: Handler<Record<never, never>, Record<never, never>> = async (_, context) => {
  const { engine } = await lookForEngine(context)
  if (engine === null) {
    throw new BaseError('ENGINE_MISSING', 'The engine is not built yet.')
  }
  context.output.result(engine, () => engine.directory)
}
