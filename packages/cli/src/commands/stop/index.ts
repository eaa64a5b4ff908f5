import { defineCommand } from '@unhosted/terminal'

export const stop = defineCommand({
  name: 'stop',
  summary: 'Stop the daemon',
  details: ['Loaded models are unloaded, memory lent to peers is taken back, and every child process ends.'],
  positionals: {},
  options: {},
  examples: [],
  load: () => import('./handler.ts')
})
