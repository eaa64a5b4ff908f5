import { defineCommand } from '@unhosted/terminal'
import { options, positionals } from './options.ts'

export const plan = defineCommand({
  name: 'plan',
  summary: 'Show how a model would be laid out over the machines, without loading it',
  details: ['A model that fits nowhere is an error that says how much is missing and what would make it fit.'],
  positionals,
  options,
  examples: [['unhosted plan qwen3:8b --ctx 4096', '']],
  load: () => import('./handler.ts')
})
