import { formatBytes } from '@unhosted/core/units'
import { silentLog } from '@unhosted/node/log'
import { createModelStore, type StoredModel } from '@unhosted/node/models'
import { type Colours, renderTable, safeLine } from '@unhosted/terminal'
import type { Handler } from '../../../command/context.ts'

export const handle: Handler<Record<never, never>, Record<never, never>> = async (_, { paths, output }) => {
  const models = await createModelStore({ paths, log: silentLog }).list()
  output.result({ models }, () => renderModels(models, output.colours))
}

export function renderModels(models: readonly StoredModel[], colours: Colours): string {
  if (models.length === 0) return 'No models. Download one with: unhosted models pull hf:OWNER/REPO'
  const table = renderTable(
    [
      { title: 'NAME' },
      { title: 'ID' },
      { title: 'SIZE', align: 'right' },
      { title: 'ARCHITECTURE' },
      { title: 'QUANTISATION' },
      { title: 'CONTEXT', align: 'right' }
    ],
    models.map(({ names, id, sizeBytes, facts }) => [
      safeLine(names.join(', ')),
      id.slice(0, 12),
      formatBytes(sizeBytes),
      safeLine(facts.architecture),
      safeLine(facts.quantisation),
      String(facts.contextLength)
    ]),
    colours
  )
  const problems = models
    .filter((model) => model.problem !== undefined)
    .map((model) => `${colours.yellow('warning:')} ${safeLine(`${model.names[0] ?? model.id}: ${model.problem}`)}`)
  return [table, ...problems].join('\n')
}
