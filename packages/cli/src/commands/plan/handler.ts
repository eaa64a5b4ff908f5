import { BaseError } from '@unhosted/core/errors'
import { usageError } from '@unhosted/terminal'
import type { Handler } from '../../command/context.ts'
import { renderPlan } from '../../render/plan.ts'
import type { options, positionals } from './index.ts'
import { describeShortfall } from './shortfall.ts'

/** The most that the daemon takes, tokens. */
const maxContextSize = 16_777_216

export const handle: Handler<typeof options, typeof positionals> = async (args, { client, output, signal }) => {
  if (args.ctx !== undefined && !(Number.isInteger(args.ctx) && args.ctx > 0 && args.ctx <= maxContextSize)) {
    throw usageError(`--ctx takes a whole number of tokens, at most ${maxContextSize}.`)
  }
  const report = await client.plan({ model: args.model, contextSize: args.ctx ?? null }, { signal })
  const { result } = report
  if (!result.ok) {
    const { instances } = await client.status({ signal })
    const loaded = [...new Set(instances.map(({ modelName }) => modelName))]
    throw new BaseError('NO_CAPACITY', ...describeShortfall(args.model, result.shortfall, loaded))
  }
  const note = report.loaded ? '\n\nIt is loaded like this now.' : ''
  output.result(report, () => `${renderPlan(result.plan, output.colours)}${note}`)
}
