import type { z } from 'zod'
import { checksum } from './checksum.ts'
import { corrupt } from './corrupt.ts'
import {
  type BudgetRecord,
  recordSchema,
  type Snapshot,
  type SnapshotEntry,
  snapshotEntrySchema,
  snapshotSchema
} from './record.ts'
import type { Compacted } from './snapshot.ts'

/** Of one line, in characters: the longest record has five names of 128. */
const longestLine = 2048

/** One line of the log with its newline: checksum, space, JSON with amounts as decimal strings. ASCII. */
export function encodeRecord(record: BudgetRecord | Snapshot | SnapshotEntry): string {
  const json = JSON.stringify(record, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
  return `${checksum(json)} ${json}\n`
}

/** The first lines of a compacted log. Write them to a new file and rename it over the old one. */
export const encodeSnapshot = ({ head, entries }: Compacted): string => [head, ...entries].map(encodeRecord).join('')

export interface DecodedLog {
  readonly snapshot: Compacted | null
  readonly records: readonly BudgetRecord[]
  /** Bytes up to the last newline. Cut the file there before appending to it. */
  readonly validBytes: number
}

/**
 * Parse a whole log. What follows the last newline was never finished, so nothing was signed on its strength:
 * it is dropped. Anything else that is wrong, be it in the last line, is damage.
 * @throws BaseError BUDGET_LOG_CORRUPT
 */
export function decodeLog(text: string): DecodedLog {
  const validBytes = text.lastIndexOf('\n') + 1
  const lines = validBytes === 0 ? [] : text.slice(0, validBytes - 1).split('\n')
  const values = lines.map(parseLine)
  const head = isSnapshot(values[0]) ? parsed(snapshotSchema, values[0], 1) : null
  const first = head === null ? 0 : 1 + head.entries
  const entries = values.slice(head === null ? 0 : 1, first)
  const records = values.slice(first).map((value, index) => parsed(recordSchema, value, first + index + 1))
  if (head === null) return { snapshot: null, records, validBytes }
  return {
    snapshot: { head, entries: entries.map((value, index) => parsed(snapshotEntrySchema, value, index + 2)) },
    records,
    validBytes
  }
}

const isSnapshot = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'snapshot'

function parseLine(line: string, index: number): unknown {
  const json = line.slice(9)
  if (line.length > longestLine || line[8] !== ' ' || checksum(json) !== line.slice(0, 8)) {
    throw corrupt(`line ${index + 1} is not as it was written`)
  }
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw corrupt(`line ${index + 1} is no JSON`, cause)
  }
}

function parsed<S extends z.ZodType>(schema: S, value: unknown, line: number): z.output<S> {
  const result = schema.safeParse(value)
  if (!result.success) throw corrupt(`line ${line} is no entry of this version`, result.error)
  return result.data
}
