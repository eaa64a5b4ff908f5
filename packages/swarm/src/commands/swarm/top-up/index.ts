import { defineCommand, type PositionalSpecs } from '@unhosted/terminal'
import { lanePositionals, signingOptions } from '../../../options/index.ts'

export const positionals = {
  ...lanePositionals,
  amount: { describe: 'Amount in USDC, for example 0.50', required: true }
} as const satisfies PositionalSpecs

export const topUp = defineCommand({
  name: 'top-up',
  summary: 'Add money from the deposit to an open lane',
  positionals,
  options: signingOptions,
  examples: [['unhosted swarm top-up 3fa90c 0.50', '']],
  load: () => import('./handler.ts')
})
