import { BlockNotFoundError, numberToHex } from 'viem'
import { getBlock, getBlockNumber } from 'viem/actions'
import type { ChainConnection } from '../chain/index.ts'
import type { Address, Hash, Hex } from '../deal/index.ts'
import type { BlockHeader } from './block-window.ts'
import type { PendingLog } from './cursor.ts'

const headersAtOnce = 8

/** @returns null where the chain does not reach that far, or not any more */
export function readHeader(
  connection: ChainConnection,
  number: number,
  signal: AbortSignal
): Promise<BlockHeader | null> {
  return connection.call('show a block', signal, async (client) => {
    const block = await getBlock(client, { blockNumber: BigInt(number) }).catch((error: unknown) => {
      if (error instanceof BlockNotFoundError) return null
      throw error
    })
    return block === null ? null : { number: Number(block.number), hash: block.hash, parentHash: block.parentHash }
  })
}

/** @returns null where one of them is not there */
export async function readHeaders(
  connection: ChainConnection,
  from: number,
  to: number,
  signal: AbortSignal
): Promise<readonly BlockHeader[] | null> {
  const headers: BlockHeader[] = []
  for (let first = from; first <= to; first += headersAtOnce) {
    const count = Math.min(headersAtOnce, to - first + 1)
    const group = Array.from({ length: count }, (_, index) => readHeader(connection, first + index, signal))
    for (const header of await Promise.all(group)) {
      if (header === null) return null
      headers.push(header)
    }
  }
  return headers
}

export function readHead(connection: ChainConnection, signal: AbortSignal): Promise<number> {
  return connection.call('tell its newest block', signal, async (client) => Number(await getBlockNumber(client)))
}

/** Logs of `addresses` with one of `topics` first, from block `from` to block `to`, both included, in order. */
export function readLogs(
  connection: ChainConnection,
  filter: { readonly addresses: readonly Address[]; readonly topics: readonly Hash[] },
  from: number,
  to: number,
  signal: AbortSignal
): Promise<readonly PendingLog[]> {
  return connection.call('list events', signal, async (client) => {
    const logs = await client.request({
      method: 'eth_getLogs',
      params: [
        {
          address: [...filter.addresses],
          topics: [[...filter.topics]],
          fromBlock: numberToHex(from),
          toBlock: numberToHex(to)
        }
      ]
    })
    return logs
      .map((log) => ({
        address: lower(log.address),
        topics: log.topics.map(lower),
        data: lower(log.data),
        blockNumber: Number(log.blockNumber),
        blockHash: lower(log.blockHash ?? '0x'),
        transactionHash: lower(log.transactionHash ?? '0x'),
        logIndex: Number(log.logIndex),
        confirmed: false
      }))
      .toSorted((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex)
  })
}

const lower = (hex: Hex): Hex => hex.toLowerCase() as Hex
