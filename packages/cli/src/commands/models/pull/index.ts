import { defineCommand } from '@unhosted/terminal'
import { options, positionals } from './options.ts'

export const pull = defineCommand({
  name: 'pull',
  summary: 'Download a model',
  details: ['A download that was cut goes on where it stopped when the same command is run again.'],
  positionals,
  options,
  examples: [['unhosted models pull hf:Qwen/Qwen3-8B-GGUF:Q4_K_M --name qwen3:8b', '']],
  load: () => import('./handler.ts')
})
