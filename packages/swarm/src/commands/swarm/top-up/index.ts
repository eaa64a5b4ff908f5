import { defineCommand } from '@unhosted/terminal'
import { laneOptions } from '../../../options/index.ts'
import { positionals } from './options.ts'

export const topUp = defineCommand({
  name: 'top-up',
  summary: 'Set more of the deposit aside for an open lane',
  positionals,
  options: laneOptions,
  examples: [['unhosted swarm top-up 3fa90c 0.50', '']],
  load: () => import('./handler.ts')
})
