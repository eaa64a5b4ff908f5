import { defineCommand } from '@unhosted/terminal'
import { lanePositionals, signingOptions } from '../../../options/index.ts'

export const close = defineCommand({
  name: 'close',
  summary: 'Close a lane; run it again after the close window to get the rest back',
  details: [
    'The first run starts the close window, in which the provider can make its last claim. The second run returns the unclaimed amount to the free deposit.'
  ],
  positionals: lanePositionals,
  options: signingOptions,
  examples: [['unhosted swarm close 3fa90c', '']],
  load: () => import('./handler.ts')
})
