import type { OptionSpecs, PositionalSpecs } from '@unhosted/terminal'
import { passphraseOptions, signingOptions } from '../../../options/index.ts'

export const positionals = {
  amount: { describe: 'USDC to stake, like 20; without it, the stake is shown', required: false }
} as const satisfies PositionalSpecs

export const options = { ...signingOptions, ...passphraseOptions } as const satisfies OptionSpecs
