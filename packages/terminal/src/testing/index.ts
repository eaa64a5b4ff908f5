export * from './recording-output.ts'
