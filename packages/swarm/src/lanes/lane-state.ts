import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import { swarmLanesAbi } from '@unhosted/swarm-contracts'
import type { Address } from 'viem'
import { getBlockNumber, readContract } from 'viem/actions'
import type { ChainConnection } from '../chain/connection.ts'
import type { Hash, Seconds } from '../deal/index.ts'

export type LaneStatus = 'unknown' | 'open' | 'closing' | 'closed'

/** What the chain holds of a lane. */
export interface LaneState {
  readonly status: LaneStatus
  /** Set aside, what was claimed of it included. Of a closed lane: what it paid in all. */
  readonly funded: MicroUsdc
  /** Credited to the provider so far. */
  readonly claimed: MicroUsdc
  /** From this second on a close may be finished; null unless closing. */
  readonly closesAt: Seconds | null
}

/** `closesAt` of a closed lane: type(uint48).max. */
const closedMark = 2 ** 48 - 1

function laneStateOf(raw: { funded: bigint; claimed: bigint; closesAt: number }): LaneState {
  const { funded, claimed, closesAt } = raw
  const amounts = { funded: microUsdc(funded), claimed: microUsdc(claimed) }
  if (closesAt === closedMark) return { status: 'closed', ...amounts, closesAt: null }
  if (closesAt !== 0) return { status: 'closing', ...amounts, closesAt }
  return { status: funded === 0n ? 'unknown' : 'open', ...amounts, closesAt: null }
}

/**
 * Read a lane as it was when `confirmations` blocks, the newest included, had come on top: 1 is now.
 * @throws BaseError as `ChainConnection.call`
 */
export function readLane(
  connection: ChainConnection,
  swarmLanes: Address,
  laneId: Hash,
  confirmations: number,
  signal: AbortSignal
): Promise<LaneState> {
  return connection.call('tell the state of a lane', signal, async (client) => {
    const read = { address: swarmLanes, abi: swarmLanesAbi, functionName: 'laneState', args: [laneId] } as const
    if (confirmations <= 1) return laneStateOf(await readContract(client, read))
    const blockNumber = (await getBlockNumber(client)) - BigInt(confirmations - 1)
    // Before the chain began, or before the contract: no lane.
    if (blockNumber < 1n) return laneStateOf({ funded: 0n, claimed: 0n, closesAt: 0 })
    return laneStateOf(await readContract(client, { ...read, blockNumber }))
  })
}
