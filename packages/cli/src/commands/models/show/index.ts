import { defineCommand } from '@unhosted/terminal'
import { options, positionals } from './options.ts'

export const show = defineCommand({
  name: 'show',
  summary: 'Show architecture, layers, quantisation, context, and the memory a model needs',
  positionals,
  options,
  examples: [['unhosted models show tiny --ctx 1024', '']],
  load: () => import('./handler.ts')
})
