export * from './invite.ts'
export * from './pairing.ts'
export * from './peer-record.ts'
export * from './short-string.ts'
