export * from './objects.ts'
export * from './typed-data.ts'
