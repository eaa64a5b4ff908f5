import { formatEther, numberToHex } from 'viem'
import { getBalance } from 'viem/actions'
import type { Address, Hex } from '../deal/index.ts'
import { BaseError } from '../errors/index.ts'
import type { ChainConnection } from './connection.ts'
import { type Fees, firstFees, readFeeMarket } from './fees.ts'

/** A transaction as it is asked for. */
export interface TransactionRequest {
  readonly to: Address
  readonly data: Hex
  /** wei of the native coin */
  readonly value: bigint
  /** In words, to fit "refused to ...": 'open a lane'. */
  readonly what: string
}

export interface Prepared extends Fees {
  /** The gas limit: what it is estimated to use, with a margin. */
  readonly gas: bigint
}

/**
 * Try a transaction on the chain's present state and price it. Nothing is signed.
 * @param gasMarginPercent added to the estimate: state may change before it is mined
 * @throws BaseError TX_REVERTED | TX_FEE_ABOVE_CAP | GAS_INSUFFICIENT | as `ChainConnection.call`
 */
export async function prepareTransaction(
  connection: ChainConnection,
  from: Address,
  request: TransactionRequest,
  limits: { readonly maxFeePerGas: bigint; readonly gasMarginPercent: number },
  signal: AbortSignal
): Promise<Prepared> {
  const call = { from, to: request.to, data: request.data, value: numberToHex(request.value) }
  if (request.value > 0n) await checkBalance(connection, from, request, request.value, signal)
  await simulate(connection, call, request.what, 'latest', signal)
  const estimate = await connection.call(request.what, signal, (client) =>
    client.request({ method: 'eth_estimateGas', params: [call] })
  )
  const gas = (BigInt(estimate) * BigInt(100 + limits.gasMarginPercent) + 99n) / 100n
  const fees = firstFees(await readFeeMarket(connection, signal), limits.maxFeePerGas)
  await checkBalance(connection, from, request, gas * fees.maxFeePerGas + request.value, signal)
  return { ...fees, gas }
}

/**
 * Run a call without sending it.
 * @returns what it returns
 * @throws BaseError TX_REVERTED with the reason
 */
export function simulate(
  connection: ChainConnection,
  call: { readonly from: Address; readonly to: Address; readonly data: Hex; readonly value?: Hex },
  what: string,
  block: Hex | 'latest',
  signal: AbortSignal
): Promise<Hex> {
  return connection.call(what, signal, (client) => client.request({ method: 'eth_call', params: [call, block] }))
}

async function checkBalance(
  connection: ChainConnection,
  from: Address,
  { what }: TransactionRequest,
  most: bigint,
  signal: AbortSignal
): Promise<void> {
  const balance = await connection.call('tell a balance', signal, (client) => getBalance(client, { address: from }))
  if (balance >= most) return
  const missing = most - balance
  throw new BaseError(
    'GAS_INSUFFICIENT',
    `${from} holds ${formatEther(balance)} ETH on chain ${connection.chainId}; to ${what} may take up to ${formatEther(most)} ETH.`,
    {
      advice: `Send it ${formatEther(missing)} ETH or more. Nothing was sent.`,
      details: { account: from, balanceWei: `${balance}`, mostWei: `${most}`, missingWei: `${missing}` }
    }
  )
}
