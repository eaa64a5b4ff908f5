import { defineCommand } from '@unhosted/terminal'
import { lanePositionals, signingOptions } from '../../../options/index.ts'

export const release = defineCommand({
  name: 'release',
  summary: 'As the provider of a lane: end it now and give up what you have not claimed',
  positionals: lanePositionals,
  options: signingOptions,
  examples: [['unhosted swarm release 3fa90c', '']],
  load: () => import('./handler.ts')
})
