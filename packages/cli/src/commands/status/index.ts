import { defineCommand } from '@unhosted/terminal'

export const status = defineCommand({
  name: 'status',
  summary: 'Show what the daemon does now',
  positionals: {},
  options: {},
  examples: [['unhosted status --json', 'for programs']],
  load: () => import('./handler.ts')
})
