// The library of the public swarm, in the order in which its folders build on one another. Everything here loads viem:
// import it when the swarm is used, not when a program starts. The pure half has entry points of its own: ./deal,
// ./budget, ./audit-log, ./verification; so have the keys: ./wallet.

// Which contracts, which chain, and what sends to it
export { formatDeployment, type SwarmDeployment } from '@unhosted/swarm-contracts'
// The swarm of a home folder
export {
  type Balances,
  type ChainChoice,
  type FoundLane,
  findLanes,
  type OpenedSwarm,
  openSwarm,
  peerIdHash,
  readBalances,
  sendUsdc
} from './access/index.ts'
export {
  type AccountSender,
  type AccountSenderOptions,
  type ActOptions,
  type ChainConnection,
  type ChainConnectionOptions,
  type ConfirmationTier,
  confirmationsFor,
  createAccountSender,
  createChainConnection,
  defaultSendPolicy,
  type Resumed,
  type SendPolicy,
  type SendRequest
} from './chain/index.ts'
export { type SwarmPaths, swarmPaths } from './home/index.ts'
// Money on the chain: lanes, claims, stakes, disputes
export {
  type ClaimOutcome,
  type ClaimRow,
  type Claims,
  type ClaimsOptions,
  createClaims,
  createLanes,
  type LaneState,
  type LaneStatus,
  type Lanes,
  type LanesOptions,
  type LaneTerms,
  type OpenedLane,
  readUsdcBalance,
  type SkipReason
} from './lanes/index.ts'
// Both sides, whole
export {
  createProviderLanes,
  createSettlement,
  type ProviderLanes,
  type ProviderLanesOptions,
  type Settlement,
  type SettlementOptions
} from './settlement/index.ts'
export {
  createDisputes,
  createStakes,
  type DisputeState,
  type Disputes,
  type DisputesOptions,
  type Evidence,
  type OpenedDispute,
  readStake,
  type Slashing,
  type StakeState,
  type Stakes,
  type StakesOptions
} from './stakes/index.ts'
// Money off the chain: vouchers, and the events that they depend on
export {
  type Accepted,
  createVoucherBook,
  type HeldVoucher,
  openVoucherInbox,
  type Promised,
  type VoucherBook,
  type VoucherBookOptions,
  type VoucherInbox,
  type VoucherInboxOptions
} from './vouchers/index.ts'
export {
  createEventWatcher,
  type EventWatcher,
  type EventWatcherOptions,
  type SwarmEvent,
  type SwarmEventName,
  type SwarmNotice
} from './watch/index.ts'
