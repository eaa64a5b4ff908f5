import { defineCommand } from '@unhosted/terminal'

export const ls = defineCommand({
  name: 'ls',
  summary: 'List the models that this machine holds',
  positionals: {},
  options: {},
  examples: [],
  load: () => import('./handler.ts')
})
