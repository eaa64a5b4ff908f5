import { defineCommand } from '@unhosted/terminal'
import { laneOptions, lanePositionals } from '../../../options/index.ts'

export const close = defineCommand({
  name: 'close',
  summary: 'Close a lane: the first time starts the window, the second time, after it, brings back the rest',
  details: ['The provider has the time of the window for its last claim. After that, run the same command again.'],
  positionals: lanePositionals,
  options: laneOptions,
  examples: [['unhosted swarm close 3fa90c', '']],
  load: () => import('./handler.ts')
})
