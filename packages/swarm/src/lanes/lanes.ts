import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import { type SwarmDeployment, swarmLanesAbi } from '@unhosted/swarm-contracts'
import { encodeFunctionData, type LocalAccount, parseEventLogs, type TransactionReceipt } from 'viem'
import { getBlock, readContract } from 'viem/actions'
import {
  type AccountSender,
  type ActOptions,
  type ChainConnection,
  createAct,
  found,
  logsOf,
  lowerCase,
  usdcInWords
} from '../chain/index.ts'
import type { Address, Hash, Lane, Seconds } from '../deal/index.ts'
import { signDepositAuthorization } from './deposit-authorization.ts'
import { type LaneState, readLane } from './lane-state.ts'
import { allow, checkUsdcBalance } from './token.ts'

export interface OpenedLane {
  readonly laneId: Hash
  readonly lane: Lane
  readonly receipt: TransactionReceipt
}

/**
 * SwarmLanes as one account sees it. Every act throws what `AccountSender.send` does; every read what
 * `ChainConnection.call` does.
 */
export interface Lanes {
  /** Two transactions: allow exactly this amount, then deposit. @throws BaseError USDC_INSUFFICIENT */
  deposit(amount: MicroUsdc, options: ActOptions): Promise<TransactionReceipt>
  /** One transaction, by EIP-3009: good for one hour from now. @throws BaseError USDC_INSUFFICIENT */
  depositWithAuthorization(amount: MicroUsdc, options: ActOptions): Promise<TransactionReceipt>
  open(terms: LaneTerms, options: ActOptions): Promise<OpenedLane>
  /** @returns what the lane is funded with now */
  topUp(lane: Lane, amount: MicroUsdc, options: ActOptions): Promise<MicroUsdc>
  /** As payer. @returns from when on it may be finished */
  startClose(lane: Lane, options: ActOptions): Promise<Seconds>
  /** As anyone, once the window is over. @returns what went back to the payer */
  finishClose(lane: Lane, options: ActOptions): Promise<MicroUsdc>
  /** As provider: end it now and give up what was not claimed. @returns what went back to the payer */
  release(lane: Lane, options: ActOptions): Promise<MicroUsdc>
  withdrawDeposit(to: Address, amount: MicroUsdc, options: ActOptions): Promise<TransactionReceipt>
  withdrawEarnings(to: Address, amount: MicroUsdc, options: ActOptions): Promise<TransactionReceipt>
  /** What is in no lane, and the nonce of the next lane. */
  account(payer: Address, signal: AbortSignal): Promise<{ readonly free: MicroUsdc; readonly lanesOpened: bigint }>
  earnings(provider: Address, signal: AbortSignal): Promise<MicroUsdc>
  /** @param confirmations 1 is the newest block */
  lane(laneId: Hash, confirmations: number, signal: AbortSignal): Promise<LaneState>
}

export interface LaneTerms {
  readonly provider: Address
  readonly signer: Address
  readonly closeWindow: Seconds
  readonly amount: MicroUsdc
}

export interface LanesOptions {
  readonly connection: ChainConnection
  readonly deployment: SwarmDeployment
  readonly sender: AccountSender
  readonly account: LocalAccount
}

const authorizationSeconds = 3600

export function createLanes({ connection, deployment, sender, account }: LanesOptions): Lanes {
  const { swarmLanes, usdc } = deployment
  const contract = { address: swarmLanes, abi: swarmLanesAbi } as const
  const act = createAct(sender, swarmLanes)
  const encode = encodeFunctionData<typeof swarmLanesAbi>
  const events = <const N extends 'LaneOpened' | 'LaneToppedUp' | 'Closing' | 'LaneClosed'>(
    receipt: TransactionReceipt,
    eventName: N
  ) => parseEventLogs({ abi: swarmLanesAbi, logs: logsOf(receipt, swarmLanes), eventName })
  const closed = (receipt: TransactionReceipt) => microUsdc(found(events(receipt, 'LaneClosed')).args.returned)

  return {
    deposit(amount, options) {
      const data = async (signal: AbortSignal, operation: string) => {
        await checkUsdcBalance(connection, usdc, account.address, amount, signal)
        await allow(connection, sender, usdc, swarmLanes, amount, `${operation}/allow`, signal)
        return encode({ ...contract, functionName: 'deposit', args: [account.address, amount] })
      }
      return act(`deposit ${usdcInWords(amount)}`, data, options)
    },
    depositWithAuthorization: (amount, options) =>
      act(
        `deposit ${usdcInWords(amount)}`,
        async (signal) => {
          await checkUsdcBalance(connection, usdc, account.address, amount, signal)
          await connection.checkChainId(signal)
          const block = await connection.call('tell the time', signal, (client) => getBlock(client))
          const validBefore = Number(block.timestamp) + authorizationSeconds
          const args = await signDepositAuthorization(account, deployment, amount, validBefore)
          return encode({ ...contract, functionName: 'depositWithAuthorization', args })
        },
        options
      ),
    async open({ provider, signer, closeWindow, amount }, options) {
      const data = encode({ ...contract, functionName: 'openLane', args: [provider, signer, closeWindow, amount] })
      const receipt = await act(`open a lane with ${usdcInWords(amount)}`, data, options)
      const { laneId, nonce } = found(events(receipt, 'LaneOpened')).args
      const parties = { payer: sender.address, provider: lowerCase(provider), signer: lowerCase(signer) }
      return { laneId, lane: { ...parties, closeWindow, nonce }, receipt }
    },
    async topUp(lane, amount, options) {
      const data = encode({ ...contract, functionName: 'topUp', args: [lane, amount] })
      const receipt = await act(`top a lane up with ${usdcInWords(amount)}`, data, options)
      return microUsdc(found(events(receipt, 'LaneToppedUp')).args.funded)
    },
    async startClose(lane, options) {
      const data = encode({ ...contract, functionName: 'startClose', args: [lane] })
      const receipt = await act('start the close of a lane', data, options)
      return Number(found(events(receipt, 'Closing')).args.closesAt)
    },
    async finishClose(lane, options) {
      const data = encode({ ...contract, functionName: 'finishClose', args: [lane] })
      return closed(await act('finish the close of a lane', data, options))
    },
    async release(lane, options) {
      const data = encode({ ...contract, functionName: 'releaseLane', args: [lane] })
      return closed(await act('release a lane', data, options))
    },
    withdrawDeposit: (to, amount, options) =>
      act(
        `withdraw ${usdcInWords(amount)} of the deposit`,
        encode({ ...contract, functionName: 'withdrawDeposit', args: [to, amount] }),
        options
      ),
    withdrawEarnings: (to, amount, options) =>
      act(
        `withdraw ${usdcInWords(amount)} of earnings`,
        encode({ ...contract, functionName: 'withdrawEarnings', args: [to, amount] }),
        options
      ),
    async account(payer, signal) {
      const read = { ...contract, functionName: 'accountOf', args: [payer] } as const
      const [free, lanesOpened] = await connection.call('tell a deposit', signal, (client) =>
        readContract(client, read)
      )
      return { free: microUsdc(free), lanesOpened }
    },
    async earnings(provider, signal) {
      const read = { ...contract, functionName: 'earningsOf', args: [provider] } as const
      return microUsdc(await connection.call('tell earnings', signal, (client) => readContract(client, read)))
    },
    lane: (laneId, confirmations, signal) => readLane(connection, swarmLanes, laneId, confirmations, signal)
  }
}
