import type { OptionSpecs } from '@unhosted/terminal'
import { passphraseOptions } from '../../../options/index.ts'

export const options = {
  rpc: { type: 'string', placeholder: 'URL', describe: "The chain's JSON-RPC endpoint. Needed" },
  chain: { type: 'number', placeholder: 'ID', describe: 'Chain id that the endpoint must serve. Needed' },
  usdc: {
    type: 'string',
    placeholder: 'ADDRESS',
    describe: "The token, or mock for one that is worth nothing. Default: Circle's USDC of that chain"
  },
  bond: {
    type: 'string',
    placeholder: 'USDC',
    describe: 'What opening a dispute takes; fixed for ever',
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
