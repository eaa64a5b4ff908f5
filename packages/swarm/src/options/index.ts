export { laneOptions, lanePositionals } from './lane-options.ts'
export { chainOptions, signingOptions } from './options.ts'
export { passphraseOptions } from './passphrase-options.ts'
