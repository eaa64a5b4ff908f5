// Everything here loads viem: the daemon imports it when the swarm is used, not when it starts.
export {
  type AccountSender,
  type AccountSenderOptions,
  createAccountSender,
  defaultSendPolicy,
  type Resumed,
  type SendPolicy,
  type SendRequest
} from './chain/account-sender.ts'
export { type ConfirmationTier, confirmationsFor, confirmationTiers } from './chain/confirmations.ts'
export { type ChainConnection, type ChainConnectionOptions, createChainConnection } from './chain/connection.ts'
export { type ClaimOutcome, type Claims, type ClaimsOptions, createClaims } from './lanes/claims.ts'
export type { LaneState, LaneStatus } from './lanes/lane-state.ts'
export {
  type ActOptions,
  createLanes,
  type Lanes,
  type LanesOptions,
  type LaneTerms,
  type OpenedLane
} from './lanes/lanes.ts'
export type { ClaimRow, SkipReason } from './lanes/plan-claims.ts'
export { readUsdcBalance, transferData } from './lanes/token.ts'
export { createVoucherBook, type Promised, type VoucherBook, type VoucherBookOptions } from './vouchers/voucher-book.ts'
export {
  type Accepted,
  type HeldVoucher,
  openVoucherInbox,
  type VoucherInbox,
  type VoucherInboxOptions
} from './vouchers/voucher-inbox.ts'
