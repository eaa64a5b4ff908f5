import { defineCommand, type OptionSpecs, type PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  peer: { describe: 'Name or id of the machine; the last characters of the id are enough', required: true }
} as const satisfies PositionalSpecs

export const options = {
  requests: { type: 'boolean', describe: 'Allow it to send requests to models on this machine' },
  memory: { type: 'boolean', describe: 'Allow it to borrow memory here for layers of its own models' }
} as const satisfies OptionSpecs

export const grant = defineCommand({
  name: 'grant',
  summary: 'Show or change what a paired machine may do on this machine',
  details: [
    'Without a flag, the command shows the current grants. Pairing grants both to your own machines (radius local) and only --requests to the machines of friends (radius trusted). --no-requests and --no-memory revoke a grant.',
    'A change takes effect at once. If you revoke --memory, this machine takes back the memory that it has lent to the peer.'
  ],
  positionals,
  options,
  examples: [
    ['unhosted grant sams-pc --memory', 'a friend may borrow memory, up to --lend-memory of serve'],
    ['unhosted grant sams-pc --no-requests', 'and may no longer send requests']
  ],
  load: () => import('./handler.ts')
})
