import { defineCommand } from '@unhosted/terminal'
import { options, positionals } from './options.ts'

export const withdraw = defineCommand({
  name: 'withdraw',
  summary: 'Take USDC out of the contracts: a free deposit, earnings, or credit',
  positionals,
  options,
  examples: [
    ['unhosted wallet withdraw 5', 'of the free deposit, back into the wallet'],
    ['unhosted wallet withdraw 1.25 --from earnings --to 0x...', '']
  ],
  load: () => import('./handler.ts')
})
