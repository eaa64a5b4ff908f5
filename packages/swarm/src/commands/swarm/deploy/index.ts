import { defineCommand, type OptionSpecs } from '@unhosted/terminal'
import { passphraseOptions } from '../../../options/index.ts'

export const options = {
  rpc: { type: 'string', placeholder: 'URL', describe: 'JSON-RPC endpoint of the chain. Required' },
  chain: { type: 'number', placeholder: 'ID', describe: 'Chain id that the endpoint must serve. Required' },
  usdc: {
    type: 'string',
    placeholder: 'ADDRESS',
    describe: "Token contract, or `mock` to deploy a token without value. Default: Circle's USDC on that chain"
  },
  bond: {
    type: 'string',
    placeholder: 'USDC',
    describe: 'Bond for opening a dispute; it cannot be changed later',
    default: '5'
  },
  out: {
    type: 'string',
    placeholder: 'FILE',
    describe: 'Also write the deployment to a file, for swarm use on other machines'
  },
  yes: { type: 'boolean', describe: 'Sign without asking' },
  ...passphraseOptions
} as const satisfies OptionSpecs

export const deploy = defineCommand({
  name: 'deploy',
  summary: 'Deploy the contracts of the swarm to a chain, verify them, and use them',
  details: [
    'The contracts have no owner and cannot be changed, so deploying them gives you no special rights. They have had no external audit: deploy them only to chains where money has no value.'
  ],
  positionals: {},
  options,
  examples: [['unhosted swarm deploy --rpc http://127.0.0.1:8545 --chain 31337 --usdc mock', 'to a local chain']],
  load: () => import('./handler.ts')
})
