import type { Seconds } from '../deal/index.ts'
import { type BaseError, isBaseError } from '../errors/index.ts'
import { type Checkpoint, type OpenedCheckpoint, openCheckpoint } from './checkpoint.ts'
import { emptyRoot, equalHashes } from './hash.ts'
import type { VerifierKey } from './note-keys.ts'
import { verifyConsistency } from './verify-proof.ts'

/** What a witness keeps of each log. To be on disk before a cosignature leaves, in one step with the check. */
export interface WitnessRecord {
  readonly size: number
  readonly root: Uint8Array
  /** When it last cosigned. */
  readonly time: Seconds
}

/** A log asks for a cosignature. */
export interface CosignRequest {
  /** The signed checkpoint as it came. */
  readonly note: string
  /** Size that the proof starts from; 0 at first. */
  readonly oldSize: number
  readonly proof: readonly Uint8Array[]
}

export interface WitnessFacts {
  /** The key of the log that this witness follows. */
  readonly log: VerifierKey
  /** Null before the first cosignature. */
  readonly known: WitnessRecord | null
  readonly now: Seconds
}

/**
 * Why a witness does not cosign.
 * - `invalid`: not a checkpoint with this log's signature.
 * - `stale`: the proof does not start at what the witness has seen; ask again from `known.size`.
 * - `shrunk`: signed by the log, and smaller than what it signed before. Evidence, if the log does not come back.
 * - `forked`: signed by the log, and another root at the same size. Evidence.
 * - `unproven`: the proof does not lead from what the witness has seen to this.
 * - `clock`: the clock here is behind the last cosignature; a later word with an earlier time would contradict it.
 */
export type WitnessRefusal = 'invalid' | 'stale' | 'shrunk' | 'forked' | 'unproven' | 'clock'

export type WitnessDecision =
  | { readonly cosign: true; readonly opened: OpenedCheckpoint; readonly record: WitnessRecord }
  | { readonly cosign: false; readonly reason: WitnessRefusal; readonly error: BaseError | null }

/** Whether to cosign. Order of the checks as in https://c2sp.org/tlog-witness. */
export function judgeCheckpoint({ log, known, now }: WitnessFacts, request: CosignRequest): WitnessDecision {
  const opened = open(request.note, log)
  if ('error' in opened) return { cosign: false, reason: 'invalid', error: opened.error }
  const { checkpoint } = opened
  const reason = refusal(checkpoint, known, request, now)
  if (reason !== null) return { cosign: false, reason, error: null }
  return { cosign: true, opened, record: { size: checkpoint.size, root: checkpoint.root, time: now } }
}

function refusal(
  { size, root }: Checkpoint,
  known: WitnessRecord | null,
  { oldSize, proof }: CosignRequest,
  now: Seconds
): WitnessRefusal | null {
  const from = known?.size ?? 0
  const fromRoot = known?.root ?? emptyRoot
  if (size < from) return 'shrunk'
  if (size === from && !equalHashes(root, fromRoot)) return 'forked'
  if (oldSize !== from) return 'stale'
  if (!verifyConsistency({ from, fromRoot, to: size, toRoot: root, proof })) return 'unproven'
  return known !== null && now < known.time ? 'clock' : null
}

function open(note: string, log: VerifierKey): OpenedCheckpoint | { readonly error: BaseError } {
  try {
    return openCheckpoint(note, log)
  } catch (error) {
    if (isBaseError(error)) return { error }
    throw error
  }
}
