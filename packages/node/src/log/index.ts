export * from './daemon-log.ts'
export * from './log.ts'
