export * from './objects.ts'
export * from './schema.ts'
export * from './signatures.ts'
export * from './typed-data.ts'
