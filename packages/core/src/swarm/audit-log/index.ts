export * from './hash.ts'
export * from './merkle-head.ts'
export * from './merkle-log.ts'
export * from './verify-proof.ts'
