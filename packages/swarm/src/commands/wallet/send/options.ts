import type { OptionSpecs, PositionalSpecs } from '@unhosted/terminal'
import { passphraseOptions, signingOptions } from '../../../options/index.ts'

export const positionals = {
  amount: { describe: 'USDC, like 5 or 0.40', required: true },
  to: { describe: 'Address that gets it', required: true }
} as const satisfies PositionalSpecs

export const options = { ...signingOptions, ...passphraseOptions } as const satisfies OptionSpecs
