export * from './inventory-change.ts'
export * from './schema.ts'
