import { type TransactionReceipt, TransactionReceiptNotFoundError } from 'viem'
import { getBlockNumber, getTransactionCount, getTransactionReceipt } from 'viem/actions'
import type { Address, Hash } from '../deal/index.ts'
import type { ChainConnection } from './connection.ts'

/** A receipt, and how many blocks hold it: 1 is its own. */
export interface Mined {
  readonly receipt: TransactionReceipt
  readonly confirmations: number
}

/** The receipt of whichever of `hashes` was mined. The head is read first: what it counts is never too much. */
export function findMined(
  connection: ChainConnection,
  hashes: readonly Hash[],
  signal: AbortSignal
): Promise<Mined | null> {
  return connection.call('find a transaction', signal, async (client) => {
    const head = await getBlockNumber(client)
    for (const hash of hashes) {
      const receipt = await getTransactionReceipt(client, { hash }).catch((error: unknown) => {
        if (error instanceof TransactionReceiptNotFoundError) return null
        throw error
      })
      if (receipt !== null) return { receipt, confirmations: Math.max(1, Number(head - receipt.blockNumber) + 1) }
    }
    return null
  })
}

/** Whether the node has any of `hashes` in its pool or in a block. */
export function isKnown(connection: ChainConnection, hashes: readonly Hash[], signal: AbortSignal): Promise<boolean> {
  return connection.call('find a transaction', signal, async (client) => {
    for (const hash of hashes) {
      const found = await client.request({ method: 'eth_getTransactionByHash', params: [hash] })
      if (found !== null) return true
    }
    return false
  })
}

/** How many transactions of `address` are mined, or with those in the pool. */
export function countTransactions(
  connection: ChainConnection,
  address: Address,
  blockTag: 'latest' | 'pending',
  signal: AbortSignal
): Promise<number> {
  return connection.call('count transactions', signal, (client) => getTransactionCount(client, { address, blockTag }))
}
