export * from './key.ts'
export * from './machine.ts'
