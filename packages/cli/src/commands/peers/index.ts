import { defineCommand } from '@unhosted/terminal'
import { options } from './options.ts'

export const peers = defineCommand({
  name: 'peers',
  summary: 'List machines that are paired or were seen on the network',
  details: ['Where machines are missing, it says why that may be and what to try.'],
  positionals: {},
  options,
  examples: [['unhosted peers --measure', 'measure the link to each paired machine first']],
  load: () => import('./handler.ts')
})
