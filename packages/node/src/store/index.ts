export * from './atomic-file.ts'
export * from './paths.ts'
