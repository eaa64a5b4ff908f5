import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import { providerStakeAbi, type SwarmDeployment, swarmLanesAbi } from '@unhosted/swarm-contracts'
import { getBalance, readContract } from 'viem/actions'
import type { ChainConnection } from '../chain/index.ts'
import type { Address } from '../deal/index.ts'
import { readUsdcBalance } from '../lanes/index.ts'

export interface Balances {
  /** For gas. */
  readonly wei: bigint
  readonly micro: {
    /** USDC of the account itself. */
    readonly inHand: MicroUsdc
    /** Deposited and in no lane. */
    readonly deposited: MicroUsdc
    /** Earned in lanes and not withdrawn. */
    readonly earned: MicroUsdc
    /** What is leaving included. */
    readonly staked: MicroUsdc
    /** Refunds, rewards and bonds that were not withdrawn. */
    readonly credited: MicroUsdc
  }
}

/** What an account has on a chain and in the contracts. @throws BaseError as `ChainConnection.call` */
export async function readBalances(
  { connection, deployment }: { readonly connection: ChainConnection; readonly deployment: SwarmDeployment },
  account: Address,
  signal: AbortSignal
): Promise<Balances> {
  const lanes = { address: deployment.swarmLanes, abi: swarmLanesAbi } as const
  const stake = { address: deployment.providerStake, abi: providerStakeAbi } as const
  const args = [account] as const
  const inHand = await readUsdcBalance(connection, deployment.usdc, account, signal)
  return connection.call('tell balances', signal, async (client) => {
    const [wei, [deposited], earned, { amount: staked }, credited] = await Promise.all([
      getBalance(client, { address: account }),
      readContract(client, { ...lanes, functionName: 'accountOf', args }),
      readContract(client, { ...lanes, functionName: 'earningsOf', args }),
      readContract(client, { ...stake, functionName: 'stakeOf', args }),
      readContract(client, { ...stake, functionName: 'creditOf', args })
    ])
    return {
      wei,
      micro: {
        inHand,
        deposited: microUsdc(deposited),
        earned: microUsdc(earned),
        staked: microUsdc(staked),
        credited: microUsdc(credited)
      }
    }
  })
}
