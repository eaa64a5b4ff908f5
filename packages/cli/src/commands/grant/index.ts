import { defineCommand } from '@unhosted/terminal'
import { options } from './options.ts'

export const grant = defineCommand({
  name: 'grant',
  summary: 'Say what a paired machine may do here',
  details: [
    'Pairing gives your own machines all of it, and friends only --requests. Without a flag the grants are shown.',
    'It takes effect at once: memory that is no longer granted is taken back.'
  ],
  positionals: { peer: { describe: 'Name or id of the machine (the end of the id is enough)', required: true } },
  options,
  examples: [
    ['unhosted grant sams-pc --memory', 'a friend may borrow memory, up to --lend-memory'],
    ['unhosted grant sams-pc --no-requests', 'and may no longer send requests']
  ],
  load: () => import('./handler.ts')
})
