import { defineCommand, type PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  model: { describe: 'Name, id, or the first characters of an id', required: true }
} as const satisfies PositionalSpecs

export const rm = defineCommand({
  name: 'rm',
  summary: 'Remove a model',
  details: ['If the model has several names, only the given name is removed. The file is deleted with the last name.'],
  positionals,
  options: {},
  examples: [['unhosted models rm qwen3:8b', '']],
  load: () => import('./handler.ts')
})
