export * from './device-budget.ts'
