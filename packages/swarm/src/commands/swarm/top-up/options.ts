import type { PositionalSpecs } from '@unhosted/terminal'
import { lanePositionals } from '../../../options/index.ts'

export const positionals = {
  ...lanePositionals,
  amount: { describe: 'USDC to add, like 0.50', required: true }
} as const satisfies PositionalSpecs
