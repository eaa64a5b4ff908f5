import type { OptionSpecs } from '@unhosted/terminal'

/** Which chain a command means. What is not given comes from the home folder. */
export const chainOptions = {
  rpc: {
    type: 'string',
    placeholder: 'URL',
    describe: "The chain's JSON-RPC endpoint. Default: as set with swarm use"
  },
  chain: { type: 'number', placeholder: 'ID', describe: 'Chain id that the endpoint must serve. Default: as set' },
  deployment: {
    type: 'string',
    placeholder: 'FILE',
    describe: 'Contracts to use: a file written by swarm deploy or npm run chain. Default: as set'
  }
} as const satisfies OptionSpecs

/** For commands that sign. */
export const signingOptions = {
  ...chainOptions,
  yes: { type: 'boolean', describe: 'Sign without asking; what is signed is shown all the same, but not with --json' },
  maxGasPrice: {
    type: 'number',
    placeholder: 'GWEI',
    describe: 'Most to pay for a unit of gas, tip included',
    default: 5
  }
} as const satisfies OptionSpecs
