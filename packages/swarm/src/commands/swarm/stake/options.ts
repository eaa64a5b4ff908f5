import type { OptionSpecs, PositionalSpecs } from '@unhosted/terminal'
import { signingOptions } from '../../../session/options.ts'
import { passphraseOptions } from '../../../session/passphrase-options.ts'

export const positionals = {
  amount: { describe: 'USDC to stake, like 20; without it, the stake is shown', required: false }
} as const satisfies PositionalSpecs

export const options = { ...signingOptions, ...passphraseOptions } as const satisfies OptionSpecs
