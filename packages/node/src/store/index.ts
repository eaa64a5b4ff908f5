export * from './atomic-file.ts'
export * from './home.ts'
export * from './paths.ts'
