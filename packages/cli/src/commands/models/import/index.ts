import { defineCommand } from '@unhosted/terminal'
import { options, positionals } from './options.ts'

export const importModel = defineCommand({
  name: 'import',
  summary: 'Add a GGUF file of this machine',
  details: ['The file is read and checked first: what is not a whole and sane GGUF model is refused.'],
  positionals,
  options,
  examples: [['unhosted models import ./qwen3-8b-q4_k_m.gguf --name qwen3:8b', '']],
  load: () => import('./handler.ts')
})
