import { defineCommand, type OptionSpecs, type PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  model: { describe: 'Name, id, or the first characters of an id', required: true }
} as const satisfies PositionalSpecs

export const options = {
  ctx: { type: 'number', placeholder: 'TOKENS', describe: 'Context size. Default: the one that the daemon would use' }
} as const satisfies OptionSpecs

export const plan = defineCommand({
  name: 'plan',
  summary: 'Show how a model would be placed on the machines, without loading it',
  details: ['If the model does not fit, the error shows how much memory is missing and what would make it fit.'],
  positionals,
  options,
  examples: [['unhosted plan qwen3:8b --ctx 4096', '']],
  load: () => import('./handler.ts')
})
