import { defineCommand } from '@unhosted/terminal'

export const ls = defineCommand({
  name: 'ls',
  summary: 'List the models on this machine',
  positionals: {},
  options: {},
  examples: [],
  load: () => import('./handler.ts')
})
