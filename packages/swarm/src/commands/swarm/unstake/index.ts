import { defineCommand, type PositionalSpecs } from '@unhosted/terminal'
import { signingOptions } from '../../../options/index.ts'

export const positionals = {
  amount: { describe: 'Amount in USDC. Default: withdraw what is due', required: false }
} as const satisfies PositionalSpecs

export const unstake = defineCommand({
  name: 'unstake',
  summary: 'Request stake back; after 7 days, run it again without an amount to withdraw it',
  details: ['You can lose the stake until you have withdrawn it. While a dispute is open, you cannot withdraw.'],
  positionals,
  options: signingOptions,
  examples: [
    ['unhosted swarm unstake 20', 'request 20 USDC back'],
    ['unhosted swarm unstake', 'withdraw what is due']
  ],
  load: () => import('./handler.ts')
})
