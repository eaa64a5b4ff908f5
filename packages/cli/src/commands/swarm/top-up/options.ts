import type { PositionalSpecs } from '../../../command/spec.ts'
import { lanePositionals } from '../../../swarm/lane-options.ts'

export const positionals = {
  ...lanePositionals,
  amount: { describe: 'USDC to add, like 0.50', required: true }
} as const satisfies PositionalSpecs
