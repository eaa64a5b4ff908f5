export { type Balances, readBalances } from './balances.ts'
export { writeChainFile } from './chain-file.ts'
export { readChainTime } from './chain-time.ts'
export { type ClearText, showingAccount } from './clear-text.ts'
export { type FoundLane, findLanes } from './find-lanes.ts'
export { mintedMock, mintMock } from './mint-mock.ts'
export {
  type ChainChoice,
  deployContracts,
  type OpenedSwarm,
  openSwarm
} from './open-swarm.ts'
export { peerIdHash } from './peer-id-hash.ts'
export { sendUsdc } from './send-usdc.ts'
