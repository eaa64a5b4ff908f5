import { defineCommand } from '@unhosted/terminal'

export const status = defineCommand({
  name: 'status',
  summary: 'Show what the daemon is doing',
  details: ['Shows the endpoint, the engine, devices, loaded models, memory lent and borrowed, and warnings.'],
  positionals: {},
  options: {},
  examples: [['unhosted status --json', 'for programs']],
  load: () => import('./handler.ts')
})
