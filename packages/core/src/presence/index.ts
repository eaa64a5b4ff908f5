export * from './dial-addresses.ts'
export * from './peer-presence.ts'
export * from './peer-state.ts'
export * from './step-presence.ts'
