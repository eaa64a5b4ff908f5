import { defineCommand } from '@unhosted/terminal'

export const status = defineCommand({
  name: 'status',
  summary: 'Show which engine is used, and why others are not',
  positionals: {},
  options: {},
  examples: [],
  load: () => import('./handler.ts')
})
