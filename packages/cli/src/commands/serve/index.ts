import { defineCommand } from '@unhosted/terminal'
import { options } from './options.ts'

export const serve = defineCommand({
  name: 'serve',
  summary: 'Run the daemon: the OpenAI endpoint and this machine as a peer',
  details: [
    'Settings come from flags, then UNHOSTED_ environment variables, then config.json in the home folder.',
    'Ctrl-C stops cleanly; a second one at once. With --json every event is a line, `ready` among them.'
  ],
  positionals: {},
  options,
  examples: [
    ['unhosted serve', 'endpoint on http://127.0.0.1:7777/v1'],
    ['unhosted serve --memory 80% --lend-memory 8GiB', 'use at most 80 % of each device, lend at most 8 GiB of that']
  ],
  load: () => import('./handler.ts')
})
