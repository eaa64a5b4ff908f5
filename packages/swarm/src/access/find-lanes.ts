import { type SwarmDeployment, swarmLanesAbi } from '@unhosted/swarm-contracts'
import { getAbiItem } from 'viem'
import { getBlockNumber, getLogs } from 'viem/actions'
import { type ChainConnection, lowerCase, wrongContract } from '../chain/index.ts'
import { type Address, type Hash, laneId as idOf, type Lane } from '../deal/index.ts'
import { type LaneState, readLane } from '../lanes/index.ts'

export interface FoundLane {
  readonly laneId: Hash
  readonly lane: Lane
  readonly state: LaneState
}

/** Public endpoints refuse wider ranges; 10,000 is a usual limit. */
const blocksAtOnce = 9_000n

const laneOpened = getAbiItem({ abi: swarmLanesAbi, name: 'LaneOpened' })

/**
 * Every lane that an address pays for or earns from, oldest first, with its state now: the terms stand in the events.
 * @throws BaseError CHAIN_WRONG_CONTRACT where a lane goes by the id of another; as `ChainConnection.call`
 */
export async function findLanes(
  { connection, deployment }: { readonly connection: ChainConnection; readonly deployment: SwarmDeployment },
  party: { readonly payer: Address } | { readonly provider: Address },
  signal: AbortSignal,
  blocksPerCall = blocksAtOnce
): Promise<readonly FoundLane[]> {
  const last = await connection.call('tell its height', signal, (client) => getBlockNumber(client))
  const found: FoundLane[] = []
  for (let from = deployment.fromBlock; from <= last; from += blocksPerCall) {
    const to = from + blocksPerCall - 1n
    const logs = await connection.call('list lanes', signal, (client) =>
      getLogs(client, {
        address: deployment.swarmLanes,
        event: laneOpened,
        args: party,
        strict: true,
        fromBlock: from,
        toBlock: to < last ? to : last
      })
    )
    for (const { args } of logs) {
      const lane: Lane = {
        payer: lowerCase(args.payer),
        provider: lowerCase(args.provider),
        signer: lowerCase(args.signer),
        closeWindow: args.closeWindow,
        nonce: args.nonce
      }
      // People name lanes by their ids, and contracts take the terms: who mixed them up would close another one.
      if (idOf(lane) !== args.laneId) throw wrongContract(`an event gives lane ${args.laneId} the terms of another`)
      const state = await readLane(connection, deployment.swarmLanes, args.laneId, 1, signal)
      found.push({ laneId: args.laneId, lane, state })
    }
  }
  return found
}
