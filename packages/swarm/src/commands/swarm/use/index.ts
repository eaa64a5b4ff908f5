import { defineCommand } from '@unhosted/terminal'
import { options } from './options.ts'

export const use = defineCommand({
  name: 'use',
  summary: 'Set the chain and the contracts that wallet and swarm commands use',
  details: [
    'The contracts are compared with what this version compiles to, byte by byte, before they are taken.',
    'For trying it out: npm run chain in the checkout starts a chain of your own, which the example below takes.'
  ],
  positionals: {},
  options,
  examples: [['unhosted swarm use --rpc http://127.0.0.1:8545 --deployment .cache/chain/dev-chain.json', '']],
  load: () => import('./handler.ts')
})
