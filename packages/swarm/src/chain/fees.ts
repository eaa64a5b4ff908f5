import { formatGwei } from 'viem'
import { estimateMaxPriorityFeePerGas, getBlock } from 'viem/actions'
import { BaseError } from '../errors/index.ts'
import type { ChainConnection } from './connection.ts'

/** EIP-1559, wei per gas. */
export interface Fees {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

/** What the chain asks for now, wei per gas. */
export interface FeeMarket {
  readonly baseFeePerGas: bigint
  readonly priorityFeePerGas: bigint
}

/** @throws BaseError as `ChainConnection.call` */
export function readFeeMarket(connection: ChainConnection, signal: AbortSignal): Promise<FeeMarket> {
  return connection.call('tell the price of gas', signal, async (client) => {
    const block = await getBlock(client)
    const priorityFeePerGas = await estimateMaxPriorityFeePerGas(client)
    return { baseFeePerGas: block.baseFeePerGas ?? 0n, priorityFeePerGas }
  })
}

/**
 * Fees for a first attempt: room for the base fee to double (six full blocks), never above the cap.
 * @throws BaseError TX_FEE_ABOVE_CAP where the cap is below what the next block asks for
 */
export function firstFees({ baseFeePerGas, priorityFeePerGas }: FeeMarket, capPerGas: bigint): Fees {
  const least = baseFeePerGas + priorityFeePerGas
  if (least > capPerGas) {
    throw new BaseError(
      'TX_FEE_ABOVE_CAP',
      `Gas costs ${formatGwei(least)} gwei now; your cap is ${formatGwei(capPerGas)} gwei.`,
      {
        advice: 'Wait until it is cheaper, or raise the cap. Nothing was sent.',
        details: { least: `${least}`, capPerGas: `${capPerGas}` }
      }
    )
  }
  const wanted = 2n * baseFeePerGas + priorityFeePerGas
  return { maxFeePerGas: wanted < capPerGas ? wanted : capPerGas, maxPriorityFeePerGas: priorityFeePerGas }
}

/**
 * 12.5 %, rounded up: what the strictest of the usual nodes asks for (geth 10 %, others 12.5 %), on both fees.
 * @internal For its test.
 */
export const bumpRoundedUp = (fee: bigint): bigint => fee + (fee + 7n) / 8n || 1n

/** Fees that replace a transaction with `previous`, or null where the cap forbids it. */
export function replacementFees(previous: Fees, market: FeeMarket, capPerGas: bigint): Fees | null {
  const leastMax = bumpRoundedUp(previous.maxFeePerGas)
  if (leastMax > capPerGas) return null
  const priority = larger(bumpRoundedUp(previous.maxPriorityFeePerGas), market.priorityFeePerGas)
  const wanted = larger(leastMax, 2n * market.baseFeePerGas + priority)
  const maxFeePerGas = wanted < capPerGas ? wanted : capPerGas
  return priority > maxFeePerGas ? null : { maxFeePerGas, maxPriorityFeePerGas: priority }
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
