import { defineCommand, type OptionSpecs, type PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  model: { describe: 'Name, id, or the first characters of an id', required: true }
} as const satisfies PositionalSpecs

export const options = {
  ctx: { type: 'number', placeholder: 'TOKENS', describe: 'Context size for the memory estimate' }
} as const satisfies OptionSpecs

export const show = defineCommand({
  name: 'show',
  summary: 'Show the architecture, layers, quantisation, context length and memory need of a model',
  positionals,
  options,
  examples: [['unhosted models show tiny --ctx 1024', '']],
  load: () => import('./handler.ts')
})
