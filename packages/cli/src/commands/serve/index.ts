import { defineCommand } from '@unhosted/terminal'
import { options } from './options.ts'

export const serve = defineCommand({
  name: 'serve',
  summary: 'Start the daemon: the OpenAI-compatible endpoint and this machine as a peer',
  details: [
    'Flags override UNHOSTED_ environment variables, which override config.json in the home folder.',
    'Press Ctrl-C to stop, and again to stop at once. With --json, each event is one line; the event `ready` means that the endpoint answers.'
  ],
  positionals: {},
  options,
  examples: [
    ['unhosted serve', 'endpoint on http://127.0.0.1:7777/v1'],
    ['unhosted serve --memory 80% --lend-memory 8GiB', 'use at most 80 % of each device, lend at most 8 GiB of that']
  ],
  load: () => import('./handler.ts')
})
