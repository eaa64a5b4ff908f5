export * from './bounds.ts'
export type { DeepReadonly } from './deep-readonly.ts'
