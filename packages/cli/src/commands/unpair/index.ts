import { defineCommand } from '@unhosted/terminal'

export const unpair = defineCommand({
  name: 'unpair',
  summary: 'End the pairing with a machine, on both sides',
  details: ['Streams, tunnels and leases between the two machines are cut at once.'],
  positionals: { peer: { describe: 'Name or id of the machine (the end of the id is enough)', required: true } },
  options: {},
  examples: [['unhosted unpair mini', '']],
  load: () => import('./handler.ts')
})
