export * from './parse-config.ts'
export * from './schema.ts'
export * from './settings.ts'
