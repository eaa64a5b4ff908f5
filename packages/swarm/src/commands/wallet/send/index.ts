import { defineCommand } from '@unhosted/terminal'
import { options, positionals } from './options.ts'

export const send = defineCommand({
  name: 'send',
  summary: 'Send USDC that the wallet has in hand to an address',
  positionals,
  options,
  examples: [['unhosted wallet send 5 0x...', '']],
  load: () => import('./handler.ts')
})
