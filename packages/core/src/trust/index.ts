export * from './invite.ts'
export * from './pairing.ts'
export * from './short-string.ts'
