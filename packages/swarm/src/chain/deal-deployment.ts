import type { SwarmDeployment } from '@unhosted/swarm-contracts'
import type { Address, Deployment } from '../deal/index.ts'

/** A deployment as core writes it: addresses in lower case, without checksum, so that equal ones compare equal. */
export function dealDeployment({ chainId, swarmLanes, providerStake }: SwarmDeployment): Deployment {
  return { chainId, swarmLanes: lowerCase(swarmLanes), providerStake: lowerCase(providerStake) }
}

export const lowerCase = (address: Address): Address => address.toLowerCase() as Address
