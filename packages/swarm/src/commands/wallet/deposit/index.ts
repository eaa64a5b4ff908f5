import { defineCommand, type OptionSpecs, type PositionalSpecs } from '@unhosted/terminal'
import { signingOptions } from '../../../options/index.ts'

export const positionals = {
  amount: { describe: 'Amount in USDC, for example 5 or 0.40', required: true }
} as const satisfies PositionalSpecs

export const options = {
  ...signingOptions,
  approve: {
    type: 'boolean',
    describe: 'Use two transactions, approve and deposit, instead of one with a signed authorization'
  }
} as const satisfies OptionSpecs

export const deposit = defineCommand({
  name: 'deposit',
  summary: 'Deposit USDC from the wallet into the contract that funds lanes',
  details: ['You can withdraw the part that is not in a lane at any time.'],
  positionals,
  options,
  examples: [['unhosted wallet deposit 5', 'five USDC']],
  load: () => import('./handler.ts')
})
