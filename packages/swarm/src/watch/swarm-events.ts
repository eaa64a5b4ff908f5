import { microUsdc } from '@unhosted/core/units'
import { providerStakeAbi, swarmLanesAbi } from '@unhosted/swarm-contracts'
import { type Abi, type DecodeEventLogReturnType, decodeEventLog, toEventSelector } from 'viem'
import { confirmationsFor } from '../chain/index.ts'
import type { Hash } from '../deal/index.ts'
import type { PendingLog } from './cursor.ts'

type LanesEvent = DecodeEventLogReturnType<typeof swarmLanesAbi>
type StakeEvent = DecodeEventLogReturnType<typeof providerStakeAbi>

interface Placed {
  /** The same event in the same block, however often it is reported: block hash and place in it. */
  readonly id: string
  readonly blockNumber: number
  readonly blockHash: Hash
  readonly transactionHash: Hash
}

/** An event of SwarmLanes or ProviderStake, decoded; `eventName` tells which, and what `args` are. */
export type SwarmEvent = Placed &
  ((LanesEvent & { readonly contract: 'lanes' }) | (StakeEvent & { readonly contract: 'stake' }))
export type SwarmEventName = LanesEvent['eventName'] | StakeEvent['eventName']

/** First topics of the events with these names. */
export function topicsOf(names: readonly SwarmEventName[]): readonly Hash[] {
  const all: Abi = [...swarmLanesAbi, ...providerStakeAbi]
  return all.flatMap((item) =>
    item.type === 'event' && names.some((name) => name === item.name) ? [toEventSelector(item)] : []
  )
}

/** @throws viem's decoding error where a contract at our address emits something that is not ours */
export function decodeSwarmEvent(log: PendingLog, swarmLanes: string): SwarmEvent {
  const { blockNumber, blockHash, transactionHash, logIndex, data } = log
  const [first, ...rest] = log.topics
  const topics: [Hash, ...Hash[]] = [first ?? '0x', ...rest]
  const placed = { id: `${blockHash}:${logIndex}`, blockNumber, blockHash, transactionHash }
  if (log.address === swarmLanes) {
    return { ...placed, contract: 'lanes', ...decodeEventLog({ abi: swarmLanesAbi, topics, data }) }
  }
  return { ...placed, contract: 'stake', ...decodeEventLog({ abi: providerStakeAbi, topics, data }) }
}

/** How deep an event must be before it counts, by the money that moves in it. What moves none counts at once. */
export function confirmationsOfEvent({ args }: SwarmEvent): number {
  const amounts = Object.entries(args).filter(([name]) => moneyFields.has(name))
  const largest = amounts.reduce((most, [, value]) => (typeof value === 'bigint' && value > most ? value : most), 0n)
  return confirmationsFor(microUsdc(largest))
}

const moneyFields: ReadonlySet<string> = new Set(['amount', 'funded', 'returned', 'atRisk', 'refund', 'slashed'])
