import { BaseError } from '@unhosted/core/errors'
import { usageError } from '../../command/build-parser.ts'
import type { Handler } from '../../command/spec.ts'
import { renderPlan } from '../../render/plan.ts'
import type { options, positionals } from './options.ts'
import { describeShortfall } from './shortfall.ts'

export const handle: Handler<typeof options, typeof positionals> = async (args, { client, output, signal }) => {
  if (args.ctx !== undefined && !(Number.isInteger(args.ctx) && args.ctx > 0)) {
    throw usageError('--ctx takes a whole number of tokens.')
  }
  const report = await client.plan({ model: args.model, contextSize: args.ctx ?? null }, { signal })
  const { result } = report
  if (!result.ok) {
    throw new BaseError('NO_CAPACITY', ...describeShortfall(args.model, result.shortfall))
  }
  output.result(report, () => renderPlan(result.plan, output.colours))
}
