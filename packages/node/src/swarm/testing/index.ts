export * from './swarm-chain.ts'
export * from './test-chain.ts'
