export { findPaired, findPeer } from './pairing/pairing-records.ts'
export * from './peering.ts'
export * from './types.ts'
