import { defineCommand, type PositionalSpecs } from '@unhosted/terminal'
import { signingOptions } from '../../../options/index.ts'

export const positionals = {
  amount: { describe: 'Amount in USDC, for example 20. Default: show the stake', required: false }
} as const satisfies PositionalSpecs

export const stake = defineCommand({
  name: 'stake',
  summary: 'Show the stake of this machine as a provider, or add to it',
  details: [
    'The first stake also binds the job key of the wallet and the id of this machine to the stake. The binding is permanent: the stake is liable for every quote and receipt that this key signs.',
    'You can get the stake back 7 days after `unhosted swarm unstake`, unless a dispute is open. You can lose it by signing contradictory receipts, by charging more than the signed quote, or by a guilty verdict of the panel that the quote names.'
  ],
  positionals,
  options: signingOptions,
  examples: [
    ['unhosted swarm stake', 'show the stake'],
    ['unhosted swarm stake 20', 'add 20 USDC']
  ],
  load: () => import('./handler.ts')
})
