import { defineCommand } from '@unhosted/terminal'

export const stop = defineCommand({
  name: 'stop',
  summary: 'Stop the daemon',
  details: ['The daemon unloads its models, takes back the memory that it has lent, and ends its child processes.'],
  positionals: {},
  options: {},
  examples: [],
  load: () => import('./handler.ts')
})
