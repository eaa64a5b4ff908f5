import type { OptionSpecs, PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  model: { describe: 'Name, id, or the beginning of an id', required: true }
} as const satisfies PositionalSpecs

export const options = {
  ctx: {
    type: 'number',
    placeholder: 'TOKENS',
    describe: 'Context size, in tokens. Default: what the daemon would load it with'
  }
} as const satisfies OptionSpecs
