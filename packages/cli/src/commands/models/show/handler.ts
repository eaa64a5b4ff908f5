import { chooseContextSize } from '@unhosted/core/config'
import { describeModel } from '@unhosted/core/models'
import { type MemoryNeed, planOnImaginedMachines } from '@unhosted/core/planner'
import { formatBytes } from '@unhosted/core/units'
import { silentLog } from '@unhosted/node/log'
import { createModelStore, type StoredModel } from '@unhosted/node/models'
import { type Colours, safeLine } from '@unhosted/terminal'
import type { Handler } from '../../../command/context.ts'
import { readContextSize } from '../../../setup/context-size.ts'
import type { options, positionals } from './index.ts'

/** The most that an inventory may hold, bytes. */
const largestMachine = 2 ** 50

export const handle: Handler<typeof options, typeof positionals> = async (args, { paths, output }) => {
  const asked = readContextSize(args.ctx)
  const model = await createModelStore({ paths, log: silentLog }).find(args.model)
  const contextSize = chooseContextSize(asked, model.facts.contextLength)
  const need = needOnOneCpu(model, contextSize)
  output.result({ model, contextSize, need }, () => renderModel(model, contextSize, need, output.colours))
}

/** The planner's own reckoning for one CPU that holds all of it; null where that is more than any machine has. */
function needOnOneCpu({ facts }: StoredModel, contextSize: number): MemoryNeed | null {
  const result = planOnImaginedMachines(facts, contextSize, [largestMachine])
  return result.ok ? (result.plan.segments[0]?.need ?? null) : null
}

export function renderModel(
  model: StoredModel,
  contextSize: number,
  need: MemoryNeed | null,
  colours: Colours
): string {
  const rows: readonly (readonly [string, string])[] = [
    ['names', model.names.join(', ')],
    ...describeModel(model.facts),
    ['size', formatBytes(model.sizeBytes)],
    ['memory', need === null ? 'more than the largest machine that can be planned' : describeNeed(need, contextSize)],
    ['file', model.path],
    ...(model.problem === undefined ? [] : [['problem', model.problem] as const])
  ]
  const width = Math.max(...rows.map(([label]) => label.length))
  return rows.map(([label, text]) => `${colours.dim(label.padEnd(width))}  ${safeLine(text)}`).join('\n')
}

function describeNeed(need: MemoryNeed, contextSize: number): string {
  const parts = [
    `weights ${formatBytes(need.weights)}`,
    `KV cache ${formatBytes(need.kv)}`,
    `compute ${formatBytes(need.compute)}`,
    `engine ${formatBytes(need.total - need.weights - need.kv - need.compute)}`
  ]
  return `${formatBytes(need.total)} on one machine at ${contextSize} tokens (${parts.join(', ')})`
}
