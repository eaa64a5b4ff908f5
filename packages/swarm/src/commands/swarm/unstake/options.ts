import type { PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  amount: { describe: 'USDC to ask back; without it, what may leave by now leaves', required: false }
} as const satisfies PositionalSpecs
