import type { OptionSpecs, PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  file: { describe: 'GGUF file; the first one of a split model', required: true }
} as const satisfies PositionalSpecs

export const options = {
  name: { type: 'string', placeholder: 'NAME', describe: 'Name it answers to. Default: made from its metadata' },
  copy: { type: 'boolean', describe: 'Copy the file instead of linking to it' }
} as const satisfies OptionSpecs
