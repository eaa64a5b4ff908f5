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
    throw usageError(`--ctx must be a whole number of tokens, from 1 to ${maxContextSize}.`)
  }
  const report = await client.plan({ model: args.model, contextSize: args.ctx ?? null }, { signal })
  const { result } = report
  if (!result.ok) {
    const { instances } = await client.status({ signal })
    const loaded = [...new Set(instances.map(({ modelName }) => modelName))]
    throw new BaseError('NO_CAPACITY', ...describeShortfall(args.model, result.shortfall, loaded))
  }
  const note = report.loaded ? '\n\nThe model is loaded this way now.' : ''
  output.result(report, () => `${renderPlan(result.plan, output.colours)}${note}`)
}
