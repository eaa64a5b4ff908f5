import { randomUUID } from 'node:crypto'
import type { TransactionReceipt } from 'viem'
import type { Address, Hex } from '../deal/index.ts'
import type { AccountSender } from './account-sender.ts'
import { wrongContract } from './chain-error.ts'
import { lowerCase } from './deal-deployment.ts'

/** How an act on the chain is done. */
export interface ActOptions {
  readonly signal: AbortSignal
  /** Names the act, so that after a crash the same call finds the first transaction. Default: a new name. */
  readonly operation?: string
}

/**
 * Send a call to one contract.
 * @param what in words, to fit "refused to ...": 'open a lane'
 * @param data or what makes it, given the operation's name for steps that come before
 * @throws BaseError as `AccountSender.send`
 */
export type Act = (
  what: string,
  data: Hex | ((signal: AbortSignal, operation: string) => Promise<Hex>),
  options: ActOptions
) => Promise<TransactionReceipt>

export function createAct(sender: AccountSender, contract: Address): Act {
  return (what, data, { signal, operation = `${what.slice(0, 90)} ${randomUUID()}` }) => {
    const made = typeof data === 'string' ? data : (inner: AbortSignal) => data(inner, operation)
    return sender.send({ operation, what, to: lowerCase(contract), data: made, value: 0n }, signal)
  }
}

/** What one contract emitted in a transaction. */
export function logsOf(receipt: TransactionReceipt, contract: Address) {
  return receipt.logs.filter(({ address }) => lowerCase(address) === lowerCase(contract))
}

/** An event that the contract cannot have left out. @throws BaseError CHAIN_WRONG_CONTRACT */
export function found<T>(events: readonly T[]): T {
  const [event] = events
  if (event === undefined) throw wrongContract('a transaction was mined without the event that it must emit')
  return event
}
