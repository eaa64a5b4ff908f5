export type { Evidence } from './arguments.ts'
export {
  createDisputes,
  type DisputeState,
  type Disputes,
  type DisputesOptions,
  type OpenedDispute,
  type Slashing
} from './disputes.ts'
export { createStakes, readStake, type StakeState, type Stakes, type StakesOptions } from './stakes.ts'
