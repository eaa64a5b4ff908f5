import type { OptionSpecs, PositionalSpecs } from '../command/spec.ts'
import { passphraseOptions } from '../wallet/options.ts'
import { signingOptions } from './options.ts'

export const lanePositionals = {
  lane: { describe: 'Lane, or the beginning of its id', required: true }
} as const satisfies PositionalSpecs

export const laneOptions = { ...signingOptions, ...passphraseOptions } as const satisfies OptionSpecs
