import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import { type SwarmDeployment, swarmLanesAbi } from '@unhosted/swarm-contracts'
import {
  type Address,
  decodeFunctionResult,
  encodeFunctionData,
  keccak256,
  parseEventLogs,
  type TransactionReceipt
} from 'viem'
import {
  type AccountSender,
  type ChainConnection,
  dealDeployment,
  logsOf,
  simulate,
  splitSignature
} from '../chain/index.ts'
import { type Hash, laneId as idOf } from '../deal/index.ts'
import { type LaneState, readLane } from './lane-state.ts'
import { type ClaimPlan, type ClaimRow, planClaims, type SkipReason, skipReasons, skipWords } from './plan-claims.ts'

/** What became of a row, in the order of the input. */
export type ClaimOutcome = { readonly laneId: Hash } & (
  | { readonly status: 'claimed'; readonly amount: MicroUsdc; readonly hash: Hash }
  /** `hash` is null where it was known before and the row was not sent. */
  | { readonly status: 'skipped'; readonly reason: SkipReason; readonly words: string; readonly hash: Hash | null }
  /** Its transaction failed or is pending; the same call finds it again. */
  | { readonly status: 'failed'; readonly error: unknown }
)

export interface ClaimsOptions {
  readonly connection: ChainConnection
  readonly deployment: SwarmDeployment
  readonly sender: AccountSender
  /** Rows per transaction. Default 40: about 950,000 gas. */
  readonly rowsPerTransaction?: number
}

export interface Claims {
  /**
   * Claim the best voucher of each lane. Rows that the chain would skip are not sent; one bad row, or one failed
   * transaction, harms no other. The same rows again, after a crash, find the first transaction.
   * @throws BaseError as `ChainConnection.call` while it reads; what fails later is in the outcomes
   */
  claim(rows: readonly ClaimRow[], signal: AbortSignal): Promise<readonly ClaimOutcome[]>
}

const readsAtOnce = 8

export function createClaims({ connection, deployment, sender, rowsPerTransaction = 40 }: ClaimsOptions): Claims {
  const contracts = dealDeployment(deployment)
  const { swarmLanes } = contracts

  const readStates = async (rows: readonly ClaimRow[], signal: AbortSignal): Promise<Map<Hash, LaneState>> => {
    const states = new Map<Hash, LaneState>()
    for (const group of chunksOf([...new Set(rows.map(({ lane }) => idOf(lane)))], readsAtOnce)) {
      const read = group.map(async (id) => [id, await readLane(connection, swarmLanes, id, 1, signal)] as const)
      for (const [id, state] of await Promise.all(read)) states.set(id, state)
    }
    return states
  }

  /** @returns null where the chain would credit nothing any more */
  const send = async (rows: readonly ClaimRow[], signal: AbortSignal): Promise<TransactionReceipt | null> => {
    const data = encodeFunctionData({ abi: swarmLanesAbi, functionName: 'claim', args: [rows.map(argumentOf)] })
    const what = `claim ${rows.length} lanes`
    const request = { operation: `claim ${keccak256(data)}`, what, to: swarmLanes, data, value: 0n }
    const answer = await simulate(connection, { from: sender.address, to: swarmLanes, data }, what, 'latest', signal)
    const credited = decodeFunctionResult({ abi: swarmLanesAbi, functionName: 'claim', data: answer })
    return credited === 0n ? null : sender.send(request, signal)
  }

  /** The second look, where the chain moved between plan and simulation, decides for good. */
  const claimChunk = async (
    rows: readonly ClaimRow[],
    signal: AbortSignal,
    looks: number
  ): Promise<readonly ClaimOutcome[]> => {
    const plan = planClaims(rows, await readStates(rows, signal), contracts)
    const good = plan.good.map(({ index }) => rows[index]).filter((row) => row !== undefined)
    const receipt = good.length === 0 ? null : await send(good, signal)
    if (receipt === null && good.length > 0 && looks > 1) return claimChunk(rows, signal, looks - 1)
    return merge(rows, plan, receipt === null ? null : outcomesOf(receipt, swarmLanes, good))
  }

  return {
    async claim(rows, signal) {
      const outcomes = new Map<ClaimRow, ClaimOutcome>()
      const plan = planClaims(rows, await readStates(rows, signal), contracts)
      for (const { index, laneId, reason } of plan.bad) note(outcomes, rows[index], skipped(laneId, reason, null))
      const good = plan.good.map(({ index }) => rows[index]).filter((row) => row !== undefined)
      for (const chunk of chunksOf(good, rowsPerTransaction)) {
        const settled = await claimChunk(chunk, signal, 2).catch((error: unknown) =>
          chunk.map(({ lane }): ClaimOutcome => ({ laneId: idOf(lane), status: 'failed', error }))
        )
        for (const [index, outcome] of settled.entries()) note(outcomes, chunk[index], outcome)
      }
      return rows.map((row) => outcomes.get(row)).filter((outcome) => outcome !== undefined)
    }
  }
}

function note(outcomes: Map<ClaimRow, ClaimOutcome>, row: ClaimRow | undefined, outcome: ClaimOutcome): void {
  if (row !== undefined) outcomes.set(row, outcome)
}

function skipped(laneId: Hash, reason: SkipReason, hash: Hash | null): ClaimOutcome {
  return { laneId, status: 'skipped', reason, words: skipWords[reason], hash }
}

function argumentOf({ lane, voucher }: ClaimRow) {
  const { cumulative, ledgerHead } = voucher.object
  return { lane, cumulative, ledgerHead, signature: splitSignature(voucher.signature) }
}

/** What a claim did, row by row of what was sent. */
function outcomesOf(
  receipt: TransactionReceipt,
  swarmLanes: Address,
  sent: readonly ClaimRow[]
): ReadonlyMap<Hash, ClaimOutcome> {
  const hash = receipt.transactionHash
  const logs = logsOf(receipt, swarmLanes)
  const outcomes = new Map<Hash, ClaimOutcome>()
  for (const { args } of parseEventLogs({ abi: swarmLanesAbi, logs, eventName: 'Claimed' })) {
    outcomes.set(args.laneId, { laneId: args.laneId, status: 'claimed', amount: microUsdc(args.amount), hash })
  }
  for (const { args } of parseEventLogs({ abi: swarmLanesAbi, logs, eventName: 'ClaimSkipped' })) {
    const reason = skipReasons[args.reason]
    const row = sent[Number(args.row)]
    if (reason !== undefined && row !== undefined) outcomes.set(idOf(row.lane), skipped(idOf(row.lane), reason, hash))
  }
  return outcomes
}

/** In the order of `rows`; where nothing was sent, because nothing would have been credited, that is the reason. */
function merge(
  rows: readonly ClaimRow[],
  plan: ClaimPlan,
  sent: ReadonlyMap<Hash, ClaimOutcome> | null
): readonly ClaimOutcome[] {
  const reasons = new Map(plan.bad.map(({ index, reason }) => [index, reason]))
  return rows.map(({ lane }, index) => {
    const laneId = idOf(lane)
    const reason = reasons.get(index)
    if (reason !== undefined) return skipped(laneId, reason, null)
    return sent?.get(laneId) ?? skipped(laneId, 'NothingNew', null)
  })
}

function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size)
  )
}
