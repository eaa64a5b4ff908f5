export { createProviderLanes, type ProviderLanes, type ProviderLanesOptions } from './provider-lanes.ts'
export { createSettlement, type Settlement, type SettlementOptions } from './settlement.ts'
