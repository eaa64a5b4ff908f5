import type { Handler } from '../../../command/context.ts'
import { buildWithProgress } from '../../../setup/engine.ts'
import type { options } from './index.ts'

export const handle: Handler<typeof options, Record<never, never>> = async (args, context) => {
  const engine = await buildWithProgress(context, args.force === true)
  context.output.result(engine, () => `${engine.version} is ready in ${engine.directory}`)
}
