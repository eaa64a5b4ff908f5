export * from './machine.ts'
export * from './stats.ts'
