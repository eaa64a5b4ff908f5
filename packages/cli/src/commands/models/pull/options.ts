import type { OptionSpecs, PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  reference: { describe: 'hf:OWNER/REPO[:QUANTISATION], an https:// address, or a short name', required: true }
} as const satisfies PositionalSpecs

export const options = {
  name: { type: 'string', placeholder: 'NAME', describe: 'Name it answers to. Default: made from the reference' }
} as const satisfies OptionSpecs
