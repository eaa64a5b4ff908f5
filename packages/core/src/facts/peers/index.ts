export * from './peer-record.ts'
