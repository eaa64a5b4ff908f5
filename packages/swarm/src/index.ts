export { formatDeployment, type SwarmDeployment } from '@unhosted/swarm-contracts'
export { type LocalAccount, privateKeyToAccount as localAccount } from 'viem/accounts'
export { type Balances, readBalances } from './access/balances.ts'
export { type RememberedChain, readChainFile, writeChainFile } from './access/chain-file.ts'
export { readChainTime } from './access/chain-time.ts'
export { type ClearText, showingAccount } from './access/clear-text.ts'
export { type FoundLane, findLanes } from './access/find-lanes.ts'
export { mintedMock, mintMock } from './access/mint-mock.ts'
export {
  type ChainChoice,
  type DeployContractsOptions,
  deployContracts,
  type OpenedSwarm,
  openSwarm,
  readDeployment
} from './access/open-swarm.ts'
export { peerIdHash } from './access/peer-id-hash.ts'
export { sendUsdc } from './access/send-usdc.ts'
export {
  type AccountSender,
  type AccountSenderOptions,
  createAccountSender,
  defaultSendPolicy,
  type Resumed,
  type SendPolicy,
  type SendRequest
} from './chain/account-sender.ts'
export type { ActOptions } from './chain/act.ts'
// Everything here loads viem: the daemon imports it when the swarm is used, not when it starts.
export { ethInWords, usdcInWords } from './chain/amounts.ts'
export { type ConfirmationTier, confirmationsFor, confirmationTiers } from './chain/confirmations.ts'
export { type ChainConnection, type ChainConnectionOptions, createChainConnection } from './chain/connection.ts'
export { type ClaimOutcome, type Claims, type ClaimsOptions, createClaims } from './lanes/claims.ts'
export type { LaneState, LaneStatus } from './lanes/lane-state.ts'
export {
  createLanes,
  type Lanes,
  type LanesOptions,
  type LaneTerms,
  type OpenedLane
} from './lanes/lanes.ts'
export type { ClaimRow, SkipReason } from './lanes/plan-claims.ts'
export { readUsdcBalance, transferData } from './lanes/token.ts'
export { createProviderLanes, type ProviderLanes, type ProviderLanesOptions } from './settlement/provider-lanes.ts'
export { createSettlement, type Settlement, type SettlementOptions } from './settlement/settlement.ts'
export type { Evidence } from './stakes/arguments.ts'
export {
  createDisputes,
  type DisputeState,
  type Disputes,
  type DisputesOptions,
  type OpenedDispute,
  type Slashing
} from './stakes/disputes.ts'
export { createStakes, readStake, type StakeState, type Stakes, type StakesOptions } from './stakes/stakes.ts'
export type { HeldVoucher } from './vouchers/held-vouchers.ts'
export { createVoucherBook, type Promised, type VoucherBook, type VoucherBookOptions } from './vouchers/voucher-book.ts'
export {
  type Accepted,
  openVoucherInbox,
  type VoucherInbox,
  type VoucherInboxOptions
} from './vouchers/voucher-inbox.ts'
export {
  createEventWatcher,
  type EventWatcher,
  type EventWatcherOptions,
  type SwarmNotice
} from './watch/event-watcher.ts'
export { confirmationsOfEvent, type SwarmEvent, type SwarmEventName } from './watch/swarm-events.ts'
