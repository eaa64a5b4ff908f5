import { arbiterSet, encode, type Lane, laneId, type Panel } from '../deal/index.ts'
import type { Bundle, BundleOpening } from './bundle.ts'
import { parseCheckpointBody } from './checkpoint.ts'
import type { EntryKind } from './commitment.ts'
import { toHex } from './hex.ts'
import { createMerkleLog } from './merkle-log.ts'
import { renderVerifierKey, type VerifierKey } from './note-keys.ts'
import { parseNote } from './signed-note.ts'

/** An entry to be shown. */
export interface ShownEntry {
  readonly index: number
  readonly kind: EntryKind
  readonly salt: Uint8Array
  readonly payload: string
}

export interface BundleParts {
  readonly log: VerifierKey
  /** Those whose lines stand on the checkpoints. */
  readonly witnesses: readonly VerifierKey[]
  /** Terms that shown jobs and vouchers refer to, and no others. */
  readonly lanes: readonly Lane[]
  /** Panels of shown verdicts, and no others. */
  readonly panels: readonly Panel[]
  /** Signed notes, sizes growing; lines of the log first, then of `witnesses` in the order of `sortedKeys`. */
  readonly checkpoints: readonly string[]
  /** Every entry up to the last checkpoint. */
  readonly entries: readonly Uint8Array[]
  readonly shown: readonly ShownEntry[]
  /** Leave the other entries out: proofs take their place. */
  readonly excerpt: boolean
}

/** Keys in the order in which a bundle names them and its checkpoints are cosigned. */
export function sortedKeys(keys: readonly VerifierKey[]): readonly VerifierKey[] {
  return keys.toSorted((a, b) => compare(renderVerifierKey(a), renderVerifierKey(b)))
}

/**
 * Put a bundle together, with every proof it needs. It is not verified: `verifyBundle` does that.
 * @throws BaseError AUDIT_NOTE_MALFORMED for a checkpoint; RangeError for one beyond the entries
 */
export function buildBundle(parts: BundleParts): Bundle {
  const log = createMerkleLog(parts.entries)
  const sizes = parts.checkpoints.map((note) => parseCheckpointBody(parseNote(note).text).size)
  const last = sizes.at(-1) ?? 0
  const proofFor = (index: number): BundleOpening['inclusion'] =>
    parts.excerpt ? log.inclusionProof(index, last).map(toHex) : null
  return {
    format: 'unhosted-audit-bundle',
    version: 1,
    log: renderVerifierKey(parts.log),
    witnesses: sortedKeys(parts.witnesses).map(renderVerifierKey),
    lanes: parts.lanes.toSorted((a, b) => compare(laneId(a), laneId(b))).map((lane) => encode('Lane', lane)),
    panels: parts.panels
      .toSorted((a, b) => compare(arbiterSet(a), arbiterSet(b)))
      .map((panel) => encode('Panel', panel)),
    checkpoints: parts.checkpoints.map((note, at) => ({
      note,
      consistency: at === 0 ? [] : log.consistencyProof(sizes[at - 1] as number, sizes[at] as number).map(toHex)
    })),
    entries: parts.excerpt ? null : parts.entries.slice(0, last).map(toHex),
    openings: parts.shown
      .toSorted((a, b) => a.index - b.index)
      .map(({ index, kind, salt, payload }) => ({
        index,
        kind,
        salt: toHex(salt),
        payload,
        inclusion: proofFor(index)
      }))
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
