import { defineCommand, type OptionSpecs, type PositionalSpecs } from '@unhosted/terminal'
import { signingOptions } from '../../../options/index.ts'

export const positionals = {
  amount: { describe: 'Amount in USDC, for example 5 or 0.40', required: true }
} as const satisfies PositionalSpecs

export const options = {
  ...signingOptions,
  to: { type: 'string', placeholder: 'ADDRESS', describe: 'Recipient. Default: the wallet itself' },
  from: {
    type: 'string',
    choices: ['deposit', 'earnings', 'credit'],
    describe: 'What to withdraw: the free deposit, earnings from lanes, or credit from stakes and disputes',
    default: 'deposit'
  }
} as const satisfies OptionSpecs

export const withdraw = defineCommand({
  name: 'withdraw',
  summary: 'Withdraw USDC from the contracts: free deposit, earnings or credit',
  positionals,
  options,
  examples: [
    ['unhosted wallet withdraw 5', 'from the free deposit to the wallet'],
    ['unhosted wallet withdraw 1.25 --from earnings --to 0x...', '']
  ],
  load: () => import('./handler.ts')
})
