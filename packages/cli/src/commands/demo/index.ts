import { defineCommand } from '@unhosted/terminal'
import { options } from './options.ts'

export const demo = defineCommand({
  name: 'demo',
  summary: 'Three machines on this one, a model that none of them can hold, one answer',
  details: [
    'Starts three daemons with temporary home folders, each lending too little memory for the model, pairs them by invites, splits the model over all three, streams an answer, and shows who did what. Everything is cleaned up. The first run builds the engine.'
  ],
  positionals: {},
  options,
  examples: [['unhosted demo --prompt "Tell me a story about a baker."', '']],
  load: () => import('./handler.ts')
})
