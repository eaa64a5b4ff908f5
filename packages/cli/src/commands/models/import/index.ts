import { defineCommand, type OptionSpecs, type PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  file: { describe: 'GGUF file; for a split model, the first part', required: true }
} as const satisfies PositionalSpecs

export const options = {
  name: { type: 'string', placeholder: 'NAME', describe: 'Name for the model. Default: taken from its metadata' },
  copy: { type: 'boolean', describe: 'Copy the file into the home folder instead of linking to it' }
} as const satisfies OptionSpecs

export const importModel = defineCommand({
  name: 'import',
  summary: 'Add a GGUF file from this machine',
  details: ['The file is checked first. Incomplete or invalid GGUF files are refused.'],
  positionals,
  options,
  examples: [['unhosted models import ./qwen3-8b-q4_k_m.gguf --name qwen3:8b', '']],
  load: () => import('./handler.ts')
})
