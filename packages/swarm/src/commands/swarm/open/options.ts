import type { OptionSpecs, PositionalSpecs } from '@unhosted/terminal'
import { passphraseOptions, signingOptions } from '../../../options/index.ts'

export const positionals = {
  provider: { describe: 'Address of the provider that earns from the lane', required: true },
  amount: { describe: 'USDC to set aside, like 0.50', required: true }
} as const satisfies PositionalSpecs

export const options = {
  ...signingOptions,
  ...passphraseOptions,
  window: {
    type: 'string',
    placeholder: 'TIME',
    describe: 'How long a close takes: the time the provider has for its last claim, 1h to 30d',
    default: '24h'
  }
} as const satisfies OptionSpecs
