import type { Domain } from './runtime.ts'

/** The EIP-712 domains under which the two contracts take signatures. */
export function swarmDomains({
  chainId,
  swarmLanes,
  providerStake
}: {
  readonly chainId: number
  readonly swarmLanes: Domain['verifyingContract']
  readonly providerStake: Domain['verifyingContract']
}): { readonly lanes: Domain; readonly stake: Domain } {
  return {
    lanes: { name: 'Unhosted SwarmLanes', version: '1', chainId, verifyingContract: swarmLanes },
    stake: { name: 'Unhosted ProviderStake', version: '1', chainId, verifyingContract: providerStake }
  }
}
