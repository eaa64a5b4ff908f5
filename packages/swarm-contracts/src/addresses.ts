import type { Address } from 'viem'
import { BaseError } from './errors.ts'

/** Where the swarm's contracts and its token stand on one chain. */
export interface SwarmAddresses {
  readonly usdc: Address
  readonly swarmLanes: Address
  readonly providerStake: Address
}

/**
 * Circle's native USDC by chain id, as Circle lists it (developers.circle.com/stablecoins/usdc-contract-addresses).
 * Its signing name and version are read from the chain: they differ between deployments.
 */
const usdc: Readonly<Record<number, Address>> = {
  8453: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', // Base
  84532: '0x036CbD53842c5426634e7929541eC2318f3dCF7e' // Base Sepolia
}

/** The swarm's contracts by chain id. Empty: they are deployed on no public chain. */
const swarm: Readonly<Record<number, Omit<SwarmAddresses, 'usdc'>>> = {}

/** The chain id that `npm run chain` serves, as anvil and others do by default. */
export const devChainId = 31_337

/** Circle's USDC on a chain, undefined where it is not known to this version. */
export function usdcAddress(chainId: number): Address | undefined {
  return usdc[chainId]
}

/**
 * The contracts to use on a chain.
 * @param chainId as the RPC endpoint reports it
 * @param deployment contracts of your own there, as `deploySwarm` returns or a deployment file holds them
 * @throws BaseError SWARM_NOT_DEPLOYED where this version knows none and none are given
 */
export function swarmAddresses(chainId: number, deployment?: SwarmAddresses & { chainId: number }): SwarmAddresses {
  if (deployment?.chainId === chainId) {
    const { usdc, swarmLanes, providerStake } = deployment
    return { usdc, swarmLanes, providerStake }
  }
  const token = usdc[chainId]
  const contracts = swarm[chainId]
  if (token !== undefined && contracts !== undefined) return { usdc: token, ...contracts }
  throw new BaseError('SWARM_NOT_DEPLOYED', `No contracts of the swarm are known on chain ${chainId}.`, {
    advice: 'They are on no public chain yet. Run npm run chain, or deploy your own with unhosted swarm deploy.',
    details: { chainId, known: Object.keys(swarm).map(Number) }
  })
}
