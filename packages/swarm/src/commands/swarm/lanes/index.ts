import { defineCommand } from '@unhosted/terminal'
import { chainOptions } from '../../../options/index.ts'

export const lanes = defineCommand({
  name: 'lanes',
  summary: 'List the lanes that the wallet pays for or earns from',
  positionals: {},
  options: chainOptions,
  examples: [['unhosted swarm lanes', '']],
  load: () => import('./handler.ts')
})
