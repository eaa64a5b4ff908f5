import { defineCommand } from '@unhosted/terminal'
import { options, positionals } from './options.ts'

export const deposit = defineCommand({
  name: 'deposit',
  summary: 'Move USDC from the wallet into the contract that lanes are opened from',
  details: ['What is deposited and in no lane can be withdrawn at any time.'],
  positionals,
  options,
  examples: [['unhosted wallet deposit 5', 'five USDC']],
  load: () => import('./handler.ts')
})
