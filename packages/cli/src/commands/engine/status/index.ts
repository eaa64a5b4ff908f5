import { defineCommand } from '@unhosted/terminal'

export const status = defineCommand({
  name: 'status',
  summary: 'Show which engine is used, or what was found wanting',
  positionals: {},
  options: {},
  examples: [],
  load: () => import('./handler.ts')
})
