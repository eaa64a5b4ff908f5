import type { ChainConnection } from '../chain/index.ts'
import type { Address, Hash } from '../deal/index.ts'
import { type BlockWindow, cutWindow, extendWindow } from './block-window.ts'
import { readHeader, readHeaders, readLogs } from './chain-reads.ts'
import type { Cursor, PendingLog } from './cursor.ts'

export interface RoundContext {
  readonly connection: ChainConnection
  readonly filter: { readonly addresses: readonly Address[]; readonly topics: readonly Hash[] }
  /** Where reading starts: nothing of ours is older. */
  readonly fromBlock: number
  /** How many blocks are remembered by their hash. */
  readonly depth: number
}

export type ReorgCheck =
  | { readonly kind: 'same' }
  /** `undone`: newest first. */
  | {
      readonly kind: 'reorg'
      readonly cursor: Cursor
      readonly undone: readonly PendingLog[]
      readonly tooDeep: boolean
    }

/** Whether the blocks that were read still stand, and where the chain parted if not. */
export async function checkForReorg(context: RoundContext, cursor: Cursor, signal: AbortSignal): Promise<ReorgCheck> {
  const tip = cursor.window.at(-1)
  if (tip === undefined) return { kind: 'same' }
  for (const block of cursor.window.toReversed()) {
    const header = await readHeader(context.connection, block.number, signal)
    if (header?.hash !== block.hash) continue
    if (block === tip) return { kind: 'same' }
    return { kind: 'reorg', tooDeep: false, ...cutCursor(cursor, block.number) }
  }
  const { undone } = cutCursor(cursor, -1)
  return {
    kind: 'reorg',
    tooDeep: true,
    undone,
    cursor: { next: context.fromBlock, window: [], pending: [] }
  }
}

function cutCursor(cursor: Cursor, ancestor: number): { cursor: Cursor; undone: readonly PendingLog[] } {
  const stays = (log: PendingLog): boolean => log.blockNumber <= ancestor
  return {
    cursor: {
      next: ancestor + 1,
      window: cutWindow(cursor.window, ancestor),
      pending: cursor.pending.filter(stays)
    },
    undone: cursor.pending.filter((log) => !stays(log)).toReversed()
  }
}

/**
 * Read the events of blocks `cursor.next` to `to`, with the hashes of those that are within `depth` of the head.
 * @returns null where the answers do not fit together: the chain was reorganised meanwhile, so look again
 */
export async function readRange(
  { connection, filter, depth }: RoundContext,
  cursor: Cursor,
  to: number,
  head: number,
  signal: AbortSignal
): Promise<{ readonly cursor: Cursor; readonly logs: readonly PendingLog[] } | null> {
  const from = cursor.next
  const logs = await readLogs(connection, filter, from, to, signal)
  const headers = await readHeaders(connection, Math.min(to, Math.max(from, head - depth + 1)), to, signal)
  const window = headers === null ? null : extendWindow(cursor.window, headers, depth)
  if (window === null || !logs.every((log) => fits(log, filter.addresses, from, to, window))) return null
  const tip = cursor.window.at(-1)
  // What the logs were read on top of must still be there after they were read.
  if (tip !== undefined && (await readHeader(connection, tip.number, signal))?.hash !== tip.hash) return null
  return { cursor: { next: to + 1, window, pending: [...cursor.pending, ...logs] }, logs }
}

function fits(log: PendingLog, addresses: readonly Address[], from: number, to: number, window: BlockWindow): boolean {
  const known = window.find(({ number }) => number === log.blockNumber)
  const inRange = log.blockNumber >= from && log.blockNumber <= to
  return inRange && addresses.includes(log.address) && (known === undefined || known.hash === log.blockHash)
}
