export * from './device-budget.ts'
export * from './inventory-change.ts'
export * from './schema.ts'
