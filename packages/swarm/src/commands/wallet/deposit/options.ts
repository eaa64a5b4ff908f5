import type { OptionSpecs, PositionalSpecs } from '@unhosted/terminal'
import { passphraseOptions, signingOptions } from '../../../options/index.ts'

export const positionals = {
  amount: { describe: 'USDC, like 5 or 0.40', required: true }
} as const satisfies PositionalSpecs

export const options = {
  ...signingOptions,
  ...passphraseOptions,
  approve: {
    type: 'boolean',
    describe: 'By approve and deposit, two transactions, in place of one signed authorization'
  }
} as const satisfies OptionSpecs
