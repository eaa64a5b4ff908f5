import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import { providerStakeAbi, type SwarmDeployment } from '@unhosted/swarm-contracts'
import { encodeFunctionData, parseEventLogs, type TransactionReceipt } from 'viem'
import { readContract } from 'viem/actions'
import {
  type AccountSender,
  type ActOptions,
  type ChainConnection,
  createAct,
  found,
  logsOf,
  splitSignature
} from '../chain/index.ts'
import type { Address, CompactSignature, Hash, Job, Lane, Panel, Seconds, Signed, Verdict } from '../deal/index.ts'
import { allow, checkUsdcBalance } from '../lanes/index.ts'
import {
  type Evidence,
  evidenceArgument,
  jobArgument,
  panelArgument,
  quoteArgument,
  receiptArgument
} from './arguments.ts'
import { orNull } from './stakes.ts'

/** IProviderStake.Status, in its order. */
const statuses = ['none', 'open', 'guilty', 'not-guilty'] as const

export interface DisputeState {
  readonly status: (typeof statuses)[number]
  readonly provider: Address | null
  readonly challenger: Address | null
  readonly requester: Address | null
  /** A verdict counts up to and including this second. */
  readonly decidesBy: Seconds
  /** What a guilty verdict takes, where the stake still holds that much. */
  readonly atRisk: MicroUsdc
  /** The most that the requester gets back. */
  readonly refundCap: MicroUsdc
  readonly arbiterSet: Hash
}

/** What a slashing took, and where it went: slashed = refund + reward + burned. */
export interface Slashing {
  readonly slashed: MicroUsdc
  readonly refund: MicroUsdc
  readonly reward: MicroUsdc
  readonly burned: MicroUsdc
  readonly receipt: TransactionReceipt
}

/**
 * ProviderStake as challengers, panels and anyone see it. Every act throws what `AccountSender.send` does; every read
 * what `ChainConnection.call` does.
 */
export interface Disputes {
  /** As payer or signer of the lane. Two transactions: allow exactly the bond, then open. @throws BaseError USDC_INSUFFICIENT */
  open(evidence: Evidence, panel: Panel, evidenceRoot: Hash, options: ActOptions): Promise<OpenedDispute>
  resolve(
    verdict: Verdict,
    panel: Panel,
    signatures: readonly CompactSignature[],
    options: ActOptions
  ): Promise<TransactionReceipt>
  expire(disputeId: Hash, options: ActOptions): Promise<TransactionReceipt>
  /** Two different receipts for one job and seq. No judge. */
  slashEquivocation(
    proof: {
      readonly lane: Lane
      readonly job: Job
      readonly first: Signed<'ChunkReceipt'>
      readonly second: Signed<'ChunkReceipt'>
    },
    options: ActOptions
  ): Promise<Slashing>
  /** A receipt that charges more than quote and counts allow, or more than the job does. No judge. */
  slashOvercharge(
    proof: {
      readonly lane: Lane
      readonly quote: Signed<'Quote'>
      readonly job: Job
      readonly receipt: Signed<'ChunkReceipt'>
    },
    options: ActOptions
  ): Promise<Slashing>
  disputeOf(disputeId: Hash, signal: AbortSignal): Promise<DisputeState>
}

export interface OpenedDispute {
  readonly disputeId: Hash
  readonly atRisk: MicroUsdc
  readonly decidesBy: Seconds
}

export interface DisputesOptions {
  readonly connection: ChainConnection
  readonly deployment: SwarmDeployment
  readonly sender: AccountSender
}

export function createDisputes({ connection, deployment, sender }: DisputesOptions): Disputes {
  const { providerStake, usdc } = deployment
  const bond = microUsdc(deployment.disputeBond)
  const contract = { address: providerStake, abi: providerStakeAbi } as const
  const act = createAct(sender, providerStake)
  const encode = encodeFunctionData<typeof providerStakeAbi>

  return {
    async open(evidence, panel, evidenceRoot, options) {
      const data = async (signal: AbortSignal, operation: string) => {
        await checkUsdcBalance(connection, usdc, sender.address, bond, signal)
        await allow(connection, sender, usdc, providerStake, bond, `${operation}/allow`, signal)
        const args = [evidenceArgument(evidence), panelArgument(panel), evidenceRoot] as const
        return encode({ ...contract, functionName: 'openDispute', args })
      }
      const receipt = await act('open a dispute', data, options)
      const logs = logsOf(receipt, providerStake)
      const { args } = found(parseEventLogs({ abi: providerStakeAbi, logs, eventName: 'DisputeOpened' }))
      return { disputeId: args.disputeId, atRisk: microUsdc(args.atRisk), decidesBy: Number(args.decidesBy) }
    },
    resolve(verdict, panel, signatures, options) {
      const args = [verdict, panelArgument(panel), signatures.map(splitSignature)] as const
      return act('carry out a verdict', encode({ ...contract, functionName: 'resolveDispute', args }), options)
    },
    expire: (disputeId, options) =>
      act('end a dispute', encode({ ...contract, functionName: 'expireDispute', args: [disputeId] }), options),
    async slashEquivocation({ lane, job, first, second }, options) {
      const args = [
        lane,
        jobArgument(job),
        receiptArgument(first.object),
        splitSignature(first.signature),
        receiptArgument(second.object),
        splitSignature(second.signature)
      ] as const
      const data = encode({ ...contract, functionName: 'slashEquivocation', args })
      return slashingOf(await act('slash a provider for two receipts', data, options), providerStake)
    },
    async slashOvercharge({ lane, quote, job, receipt }, options) {
      const args = [
        lane,
        quoteArgument(quote.object),
        splitSignature(quote.signature),
        jobArgument(job),
        receiptArgument(receipt.object),
        splitSignature(receipt.signature)
      ] as const
      const data = encode({ ...contract, functionName: 'slashOvercharge', args })
      return slashingOf(await act('slash a provider for an overcharge', data, options), providerStake)
    },
    async disputeOf(disputeId, signal) {
      const read = { ...contract, functionName: 'disputeOf', args: [disputeId] } as const
      const raw = await connection.call('tell a dispute', signal, (client) => readContract(client, read))
      return {
        status: statuses[raw.status] ?? 'none',
        provider: orNull(raw.provider),
        challenger: orNull(raw.challenger),
        requester: orNull(raw.requester),
        decidesBy: raw.decidesBy,
        atRisk: microUsdc(raw.atRisk),
        refundCap: microUsdc(raw.refundCap),
        arbiterSet: raw.arbiterSet
      }
    }
  }
}

function slashingOf(receipt: TransactionReceipt, providerStake: Address): Slashing {
  const logs = logsOf(receipt, providerStake)
  const { args } = found(parseEventLogs({ abi: providerStakeAbi, logs, eventName: 'Slashed' }))
  return {
    slashed: microUsdc(args.slashed),
    refund: microUsdc(args.refund),
    reward: microUsdc(args.reward),
    burned: microUsdc(args.burned),
    receipt
  }
}
