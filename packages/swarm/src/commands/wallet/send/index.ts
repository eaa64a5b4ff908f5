import { defineCommand, type PositionalSpecs } from '@unhosted/terminal'
import { signingOptions } from '../../../options/index.ts'

export const positionals = {
  amount: { describe: 'Amount in USDC, for example 5 or 0.40', required: true },
  to: { describe: 'Address of the recipient', required: true }
} as const satisfies PositionalSpecs

export const send = defineCommand({
  name: 'send',
  summary: 'Send USDC from the wallet to an address',
  positionals,
  options: signingOptions,
  examples: [['unhosted wallet send 5 0x...', '']],
  load: () => import('./handler.ts')
})
