import type { Handler } from '../../command/context.ts'
import { renderPlan } from '../../render/plan.ts'
import { readContextSize } from '../../setup/context-size.ts'
import type { options, positionals } from './index.ts'
import { shortfallError } from './shortfall.ts'

export const handle: Handler<typeof options, typeof positionals> = async (args, { client, output, signal }) => {
  const report = await client.plan({ model: args.model, contextSize: readContextSize(args.ctx) }, { signal })
  const { result } = report
  if (!result.ok) {
    const { instances } = await client.status({ signal })
    const loaded = [...new Set(instances.map(({ modelName }) => modelName))]
    throw shortfallError(args.model, result.shortfall, loaded)
  }
  const note = report.loaded ? '\n\nThe model is loaded this way now.' : ''
  output.result(report, () => `${renderPlan(result.plan, output.colours)}${note}`)
}
