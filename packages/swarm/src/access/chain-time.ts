import { getBlock } from 'viem/actions'
import type { ChainConnection } from '../chain/index.ts'
import type { Seconds } from '../deal/index.ts'

/** The clock that windows run by: the time of the newest block, not of this computer. */
export async function readChainTime(connection: ChainConnection, signal: AbortSignal): Promise<Seconds> {
  const { timestamp } = await connection.call('tell the time', signal, (client) => getBlock(client))
  return Number(timestamp)
}
