export { swarmCommands } from './swarm/index.ts'
export { walletCommands } from './wallet/index.ts'
