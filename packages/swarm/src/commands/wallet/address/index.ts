import { defineCommand } from '@unhosted/terminal'

export const address = defineCommand({
  name: 'address',
  summary: 'Show the addresses of the wallet and a QR code for payments',
  positionals: {},
  options: {},
  examples: [['unhosted wallet address', '']],
  load: () => import('./handler.ts')
})
