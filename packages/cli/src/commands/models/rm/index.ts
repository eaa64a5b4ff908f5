import { defineCommand } from '@unhosted/terminal'
import { positionals } from './options.ts'

export const rm = defineCommand({
  name: 'rm',
  summary: 'Remove a name; the file goes with its last name',
  positionals,
  options: {},
  examples: [['unhosted models rm qwen3:8b', '']],
  load: () => import('./handler.ts')
})
