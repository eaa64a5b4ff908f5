import type { OptionSpecs, PositionalSpecs } from '@unhosted/terminal'
import { passphraseOptions, signingOptions } from '../../../options/index.ts'

export const positionals = {
  amount: { describe: 'USDC, like 5 or 0.40', required: true }
} as const satisfies PositionalSpecs

export const options = {
  ...signingOptions,
  ...passphraseOptions,
  to: { type: 'string', placeholder: 'ADDRESS', describe: 'Where it goes. Default: the wallet itself' },
  from: {
    type: 'string',
    choices: ['deposit', 'earnings', 'credit'],
    describe: 'The free deposit, what was earned in lanes, or what stakes and disputes gave',
    default: 'deposit'
  }
} as const satisfies OptionSpecs
