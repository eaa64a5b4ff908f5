import type { OptionSpecs, PositionalSpecs } from '../../../command/spec.ts'
import { signingOptions } from '../../../swarm/options.ts'
import { passphraseOptions } from '../../../wallet/options.ts'

export const positionals = {
  amount: { describe: 'USDC to stake, like 20; without it, the stake is shown', required: false }
} as const satisfies PositionalSpecs

export const options = { ...signingOptions, ...passphraseOptions } as const satisfies OptionSpecs
