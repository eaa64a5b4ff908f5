import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import { providerStakeAbi, type SwarmDeployment } from '@unhosted/swarm-contracts'
import { encodeFunctionData, type LocalAccount, parseEventLogs, type TransactionReceipt } from 'viem'
import { readContract } from 'viem/actions'
import {
  type AccountSender,
  type ActOptions,
  type ChainConnection,
  createAct,
  dealDeployment,
  found,
  logsOf,
  lowerCase,
  signDeal,
  splitSignature,
  usdcInWords
} from '../chain/index.ts'
import type { Address, Hash, Seconds } from '../deal/index.ts'
import { allow, checkUsdcBalance } from '../lanes/index.ts'

/** What the chain holds of a provider. */
export interface StakeState {
  /** In all, what is leaving included. */
  readonly amount: MicroUsdc
  /** What stands behind quotes: what is leaving may be gone before a dispute is open. Shared by all disputes. */
  readonly liable: MicroUsdc
  readonly openDisputes: number
  /** Asked back; null where nothing is. */
  readonly leaving: { readonly amount: MicroUsdc; readonly from: Seconds } | null
  /** The key that signs quotes and receipts; null where none was set. */
  readonly jobKey: Address | null
  readonly peerIdHash: Hash
}

/**
 * ProviderStake as a provider sees it. Every act throws what `AccountSender.send` does; every read what
 * `ChainConnection.call` does.
 */
export interface Stakes {
  /** Two transactions: allow exactly this amount, then stake. @throws BaseError USDC_INSUFFICIENT */
  stake(amount: MicroUsdc, options: ActOptions): Promise<TransactionReceipt>
  /** @param jobKey gives its consent here; it is bound to this provider for ever */
  setJobKey(jobKey: LocalAccount, peerIdHash: Hash, options: ActOptions): Promise<TransactionReceipt>
  /** Ask stake back; 0 takes the request back. @returns from when on it may leave */
  startUnstake(amount: MicroUsdc, options: ActOptions): Promise<Seconds>
  finishUnstake(to: Address, options: ActOptions): Promise<TransactionReceipt>
  withdrawCredit(to: Address, amount: MicroUsdc, options: ActOptions): Promise<TransactionReceipt>
  stakeOf(provider: Address, signal: AbortSignal): Promise<StakeState>
  /** Whom a key works for, or worked for once; null: nobody. */
  providerOf(jobKey: Address, signal: AbortSignal): Promise<Address | null>
  /** What an account may withdraw: refunds, rewards, bonds. */
  credit(account: Address, signal: AbortSignal): Promise<MicroUsdc>
}

export interface StakesOptions {
  readonly connection: ChainConnection
  readonly deployment: SwarmDeployment
  readonly sender: AccountSender
}

export function createStakes({ connection, deployment, sender }: StakesOptions): Stakes {
  const { providerStake, usdc } = deployment
  const contract = { address: providerStake, abi: providerStakeAbi } as const
  const act = createAct(sender, providerStake)
  const encode = encodeFunctionData<typeof providerStakeAbi>

  return {
    stake(amount, options) {
      const data = async (signal: AbortSignal, operation: string) => {
        await checkUsdcBalance(connection, usdc, sender.address, amount, signal)
        await allow(connection, sender, usdc, providerStake, amount, `${operation}/allow`, signal)
        return encode({ ...contract, functionName: 'stake', args: [amount] })
      }
      return act(`stake ${usdcInWords(amount)}`, data, options)
    },
    setJobKey(jobKey, peerIdHash, options) {
      const data = async (signal: AbortSignal) => {
        await connection.checkChainId(signal)
        const consent = { provider: sender.address, peerIdHash }
        const signature = await signDeal(jobKey, 'JobKey', consent, dealDeployment(deployment))
        const args = [jobKey.address, peerIdHash, splitSignature(signature)] as const
        return encode({ ...contract, functionName: 'setJobKey', args })
      }
      return act(`set the job key ${jobKey.address}`, data, options)
    },
    async startUnstake(amount, options) {
      const data = encode({ ...contract, functionName: 'startUnstake', args: [amount] })
      const receipt = await act(`ask ${usdcInWords(amount)} of stake back`, data, options)
      const logs = logsOf(receipt, providerStake)
      return Number(found(parseEventLogs({ abi: providerStakeAbi, logs, eventName: 'Unstaking' })).args.leavesAt)
    },
    finishUnstake: (to, options) =>
      act('take stake out', encode({ ...contract, functionName: 'finishUnstake', args: [to] }), options),
    withdrawCredit: (to, amount, options) =>
      act(
        `withdraw ${usdcInWords(amount)} of credit`,
        encode({ ...contract, functionName: 'withdrawCredit', args: [to, amount] }),
        options
      ),
    stakeOf: (provider, signal) => readStake({ connection, deployment }, provider, signal),
    async providerOf(jobKey, signal) {
      const read = { ...contract, functionName: 'providerOf', args: [jobKey] } as const
      return orNull(await connection.call('tell whom a key works for', signal, (client) => readContract(client, read)))
    },
    async credit(account, signal) {
      const read = { ...contract, functionName: 'creditOf', args: [account] } as const
      return microUsdc(await connection.call('tell a credit', signal, (client) => readContract(client, read)))
    }
  }
}

/** What the chain holds of a provider; no key is needed. @throws BaseError as `ChainConnection.call` */
export async function readStake(
  { connection, deployment }: Pick<StakesOptions, 'connection' | 'deployment'>,
  provider: Address,
  signal: AbortSignal
): Promise<StakeState> {
  const read = { address: deployment.providerStake, abi: providerStakeAbi, functionName: 'stakeOf' } as const
  return stateOf(
    await connection.call('tell a stake', signal, (client) => readContract(client, { ...read, args: [provider] }))
  )
}

interface RawStake {
  readonly amount: bigint
  readonly openDisputes: number
  readonly leaving: bigint
  readonly leavesAt: number
  readonly jobKey: Address
  readonly peerIdHash: Hash
}

function stateOf({ amount, openDisputes, leaving, leavesAt, jobKey, peerIdHash }: RawStake): StakeState {
  return {
    amount: microUsdc(amount),
    liable: microUsdc(amount - leaving),
    openDisputes,
    leaving: leavesAt === 0 ? null : { amount: microUsdc(leaving), from: leavesAt },
    jobKey: orNull(jobKey),
    peerIdHash
  }
}

/** The zero address means nobody. */
export const orNull = (address: Address): Address | null => (/^0x0{40}$/.test(address) ? null : lowerCase(address))
