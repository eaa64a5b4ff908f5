import { defineCommand, type OptionSpecs, type PositionalSpecs } from '@unhosted/terminal'
import { signingOptions } from '../../../options/index.ts'

export const positionals = {
  provider: { describe: 'Address of the provider', required: true },
  amount: { describe: 'Amount in USDC, for example 0.50', required: true }
} as const satisfies PositionalSpecs

export const options = {
  ...signingOptions,
  window: {
    type: 'string',
    placeholder: 'TIME',
    describe: 'Close window: how long the provider can still claim after you close the lane, 1h to 30d',
    default: '24h'
  }
} as const satisfies OptionSpecs

export const open = defineCommand({
  name: 'open',
  summary: 'Open a payment lane: reserve part of the deposit for one provider',
  details: [
    'No tokens move: the amount goes from the free deposit to the lane. The lane signer of the wallet signs vouchers against the lane and cannot spend more than it holds. When you close the lane, the unclaimed amount comes back.'
  ],
  positionals,
  options,
  examples: [['unhosted swarm open 0x... 0.50', 'half a USDC']],
  load: () => import('./handler.ts')
})
