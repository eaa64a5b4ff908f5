export * from './api.ts'
export * from './requests.ts'
