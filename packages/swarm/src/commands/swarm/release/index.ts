import { defineCommand } from '@unhosted/terminal'
import { laneOptions, lanePositionals } from '../../../options/index.ts'

export const release = defineCommand({
  name: 'release',
  summary: 'As the provider: end a lane now, and give up what was not claimed',
  positionals: lanePositionals,
  options: laneOptions,
  examples: [['unhosted swarm release 3fa90c', '']],
  load: () => import('./handler.ts')
})
