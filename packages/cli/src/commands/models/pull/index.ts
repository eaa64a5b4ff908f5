import { defineCommand, type OptionSpecs, type PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  reference: { describe: 'hf:OWNER/REPO[:QUANTISATION], an https:// URL, or a short name', required: true }
} as const satisfies PositionalSpecs

export const options = {
  name: { type: 'string', placeholder: 'NAME', describe: 'Name for the model. Default: taken from the reference' }
} as const satisfies OptionSpecs

export const pull = defineCommand({
  name: 'pull',
  summary: 'Download a model',
  details: ['To resume an interrupted download, run the same command again.'],
  positionals,
  options,
  examples: [['unhosted models pull hf:Qwen/Qwen3-8B-GGUF:Q4_K_M --name qwen3:8b', '']],
  load: () => import('./handler.ts')
})
