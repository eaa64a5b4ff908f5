import type { OptionSpecs, PositionalSpecs } from '@unhosted/terminal'

/** Which chain a command means. What is not given comes from the home folder. */
export const chainOptions = {
  rpc: {
    type: 'string',
    placeholder: 'URL',
    describe: 'JSON-RPC endpoint of the chain. Default: as set with swarm use'
  },
  chain: {
    type: 'number',
    placeholder: 'ID',
    describe: 'Chain id that the endpoint must serve. Default: as set with swarm use'
  },
  deployment: {
    type: 'string',
    placeholder: 'FILE',
    describe: 'Contracts to use: a file written by swarm deploy or npm run chain. Default: as set with swarm use'
  }
} as const satisfies OptionSpecs

/** How commands that open the wallet get its passphrase. */
export const passphraseOptions = {
  passphraseFile: {
    type: 'string',
    placeholder: 'FILE',
    describe: 'Read the passphrase from the first line of a file that only you can read'
  },
  keychain: { type: 'boolean', describe: 'Keep the passphrase in the keychain of the operating system' }
} as const satisfies OptionSpecs

/** For commands that sign. */
export const signingOptions = {
  ...chainOptions,
  yes: { type: 'boolean', describe: 'Sign without asking. What is signed is still shown, except with --json' },
  maxGasPrice: {
    type: 'number',
    placeholder: 'GWEI',
    describe: 'Maximum price of a unit of gas, tip included',
    default: 5
  },
  ...passphraseOptions
} as const satisfies OptionSpecs

export const lanePositionals = {
  lane: { describe: 'Id of the lane, or its first characters', required: true }
} as const satisfies PositionalSpecs
