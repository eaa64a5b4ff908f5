import type { OptionSpecs, PositionalSpecs } from '@unhosted/terminal'
import { signingOptions } from './options.ts'
import { passphraseOptions } from './passphrase-options.ts'

export const lanePositionals = {
  lane: { describe: 'Lane, or the beginning of its id', required: true }
} as const satisfies PositionalSpecs

export const laneOptions = { ...signingOptions, ...passphraseOptions } as const satisfies OptionSpecs
