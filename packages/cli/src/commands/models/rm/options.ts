import type { PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  model: { describe: 'Name, id, or the beginning of an id', required: true }
} as const satisfies PositionalSpecs
