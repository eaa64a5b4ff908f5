export { chainOptions, lanePositionals, passphraseOptions, signingOptions } from './options.ts'
