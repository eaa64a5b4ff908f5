import type { OptionSpecs, PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  model: { describe: 'Name, id, or the beginning of an id', required: true }
} as const satisfies PositionalSpecs

export const options = {
  ctx: { type: 'number', placeholder: 'TOKENS', describe: 'Context size, in tokens, to estimate the memory for' }
} as const satisfies OptionSpecs
