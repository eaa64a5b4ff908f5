export * from './lanes.ts'
export * from './rpc-proxy.ts'
export * from './swarm-chain.ts'
export * from './test-chain.ts'
