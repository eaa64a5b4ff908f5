import { defineCommand, type OptionSpecs } from '@unhosted/terminal'
import { chainOptions } from '../../../options/index.ts'

export const options = {
  ...chainOptions,
  rpc: {
    type: 'string',
    placeholder: 'URL',
    describe: 'JSON-RPC endpoint of the chain. It may contain an API key, which is never shown'
  }
} as const satisfies OptionSpecs

export const use = defineCommand({
  name: 'use',
  summary: 'Set the chain and the contracts that the wallet and swarm commands use',
  details: [
    'The command first compares the code of the contracts, byte by byte, with the code that this version compiles to.',
    'To try it out, run `npm run chain` in a checkout: it starts a local chain, which the example uses.'
  ],
  positionals: {},
  options,
  examples: [['unhosted swarm use --rpc http://127.0.0.1:8545 --deployment .cache/chain/dev-chain.json', '']],
  load: () => import('./handler.ts')
})
