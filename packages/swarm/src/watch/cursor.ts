import { readJsonFile } from '@unhosted/node/store'
import { z } from 'zod'
import { writeDurableJson } from '../chain/index.ts'

const hash = z.custom<`0x${string}`>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value))
const address = z.custom<`0x${string}`>((value) => typeof value === 'string' && /^0x[0-9a-f]{40}$/.test(value))
const data = z.custom<`0x${string}`>(
  (value) => typeof value === 'string' && value.length <= 131_072 && /^0x(?:[0-9a-f]{2})*$/.test(value)
)
const height = z.int().min(0)

const log = z.strictObject({
  address,
  topics: z.array(hash).min(1).max(4),
  data,
  blockNumber: height,
  blockHash: hash,
  transactionHash: hash,
  logIndex: height,
  confirmed: z.boolean()
})

const schema = z.strictObject({
  version: z.literal(1),
  /** Which contracts this is of: a file for others is not taken for ours. */
  of: z.string(),
  /** The first block that was not read yet. */
  next: height,
  window: z.array(z.strictObject({ number: height, hash })).max(4096),
  /** Events that a reorg may still undo, or that are not confirmed yet, oldest first. */
  pending: z.array(log).max(100_000)
})

/** An event as the chain holds it, with whether it was reported as confirmed. */
export type PendingLog = z.output<typeof log>

/** How far events were read. */
export interface Cursor {
  readonly next: number
  readonly window: readonly { readonly number: number; readonly hash: `0x${string}` }[]
  readonly pending: readonly PendingLog[]
}

/** @returns null where there is none, or one of other contracts. @throws BaseError HOME_CORRUPT */
export async function readCursor(path: string, of: string): Promise<Cursor | null> {
  const found = await readJsonFile(path, schema.nullable(), null)
  return found?.of === of ? { next: found.next, window: found.window, pending: found.pending } : null
}

/** @throws BaseError DISK_FULL | HOME_UNUSABLE */
export async function writeCursor(path: string, of: string, cursor: Cursor): Promise<void> {
  await writeDurableJson(path, { version: 1, of, ...cursor })
}
