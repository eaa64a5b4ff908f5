import { utf8ToBytes } from '@noble/hashes/utils.js'
import { decode, type Hash, type Lane, type Panel, type Seconds } from '../deal/index.ts'
import { BaseError } from '../errors/index.ts'
import { type Bundle, type BundleOpening, parseBundle } from './bundle.ts'
import { type Checkpoint, ledgerHead } from './checkpoint.ts'
import { commitment, type EntryKind, entryKinds, maxPayloadBytes } from './commitment.ts'
import { DealLinks, type LaneTotal } from './deal-links.ts'
import { equalHashes, leafHash } from './hash.ts'
import { fromHex, toHex } from './hex.ts'
import { createMerkleLog } from './merkle-log.ts'
import { readPayload } from './opened-objects.ts'
import { type Place, problem } from './problem.ts'
import type { AuditTrust } from './trust.ts'
import { type VerifiedCheckpoints, verifyCheckpoints } from './verify-checkpoints.ts'
import { verifyInclusion } from './verify-proof.ts'

/** What was verified. */
export interface VerifiedBundle {
  /** The last checkpoint; to be kept as `seen`. */
  readonly checkpoint: Checkpoint
  /** Its head. */
  readonly head: Hash
  readonly checkpoints: number
  readonly cosignatures: number
  /** Latest time at which a trusted witness saw the last checkpoint; null without one. */
  readonly witnessedAt: Seconds | null
  /** Entries whose hashes were recomputed; 0 for an excerpt. */
  readonly entries: number
  /** Openings by kind. */
  readonly opened: Readonly<Record<EntryKind, number>>
  /** Signatures of opened objects. */
  readonly signatures: number
  readonly lanes: readonly LaneTotal[]
}

export type BundleVerdict =
  | { readonly ok: true; readonly verified: VerifiedBundle }
  /** The first thing that is wrong: code, advice, and `details` with part, index, expected and found. */
  | { readonly ok: false; readonly error: BaseError }

/**
 * Verify a bundle, in this order: its form; the key of the log; its checkpoints, each with signature, cosignatures,
 * growth and entries; the quorum of witnesses; what was seen before; its openings, each with place, payload,
 * signature and links. Whatever the text, it never throws for what is in it.
 */
export function verifyBundle(text: string, trust: AuditTrust): BundleVerdict {
  try {
    return { ok: true, verified: verifyParsed(parseBundle(text), trust) }
  } catch (error) {
    if (error instanceof BaseError && error.code.startsWith('AUDIT_')) return { ok: false, error }
    throw error
  }
}

function verifyParsed(bundle: Bundle, trust: AuditTrust): VerifiedBundle {
  const verified = verifyCheckpoints(bundle, trust)
  if (trust.seen !== null && trust.seen.size > 0) requireSeen(bundle, verified, trust.seen)
  const links = new DealLinks({
    trust,
    lanes: bundle.lanes.map((wire): Lane => decode('Lane', wire)),
    panels: bundle.panels.map((wire): Panel => decode('Panel', wire)),
    heads: new Map(verified.checkpoints.map((checkpoint) => [ledgerHead(checkpoint), checkpoint.size]))
  })
  const opened = verifyOpenings(bundle, verified.last, links)
  return {
    checkpoint: verified.last,
    head: ledgerHead(verified.last),
    checkpoints: verified.checkpoints.length,
    cosignatures: verified.cosignatures,
    witnessedAt: verified.witnessedAt,
    entries: bundle.entries?.length ?? 0,
    opened,
    lanes: links.finish(),
    signatures: links.signatures
  }
}

function verifyOpenings(bundle: Bundle, last: Checkpoint, links: DealLinks): Record<EntryKind, number> {
  const opened = Object.fromEntries(Object.keys(entryKinds).map((kind) => [kind, 0])) as Record<EntryKind, number>
  let before = -1
  for (const [index, opening] of bundle.openings.entries()) {
    const place = { part: 'opening', index } as const
    if (opening.index <= before) {
      throw problem('AUDIT_BUNDLE_MALFORMED', place, `an entry after ${before}`, `entry ${opening.index}`)
    }
    requireCommitted(place, opening, bundle, last)
    links.follow(place, readPayload(index, opening))
    opened[opening.kind] += 1
    before = opening.index
  }
  return opened
}

/** That the log holds just this at that place. */
function requireCommitted(place: Place, opening: BundleOpening, { entries }: Bundle, last: Checkpoint): void {
  const { index, inclusion } = opening
  if ((inclusion === null) !== (entries !== null)) {
    const expected = entries === null ? 'an inclusion proof, as in an excerpt' : 'no inclusion proof'
    throw problem('AUDIT_BUNDLE_MALFORMED', place, expected, inclusion === null ? 'none' : 'one')
  }
  if (index >= last.size) {
    throw problem('AUDIT_OPENING_WRONG', place, `an entry below ${last.size}`, `entry ${index}`)
  }
  const found = committed(place, opening)
  const entry = entries?.[index]
  if (entry !== undefined && !equalHashes(fromHex(entry), found)) {
    throw problem(
      'AUDIT_OPENING_WRONG',
      place,
      `what hashes to entry ${index}, ${entry}`,
      `what hashes to ${toHex(found)}`
    )
  }
  if (inclusion === null) return
  const claim = { index, size: last.size, root: last.root, leaf: leafHash(found), proof: inclusion.map(fromHex) }
  if (!verifyInclusion(claim)) {
    const expected = `a proof that it is entry ${index} of ${last.size}`
    throw problem('AUDIT_OPENING_WRONG', place, expected, `${inclusion.length} hashes that do not prove it`)
  }
}

function committed(place: Place, { kind, salt, payload }: BundleOpening): Uint8Array {
  const bytes = utf8ToBytes(payload)
  // Half of a surrogate pair has no bytes of its own, so two texts would open one entry.
  if (!payload.isWellFormed() || bytes.length > maxPayloadBytes) {
    const expected = `Unicode of at most ${maxPayloadBytes} bytes`
    throw problem('AUDIT_PAYLOAD_MALFORMED', place, expected, `${bytes.length} bytes, or half of a surrogate pair`)
  }
  return commitment({ kind, salt: fromHex(salt), payload: bytes })
}

/** The bundle continues what was seen. */
function requireSeen(bundle: Bundle, { checkpoints, last }: VerifiedCheckpoints, seen: Checkpoint): void {
  const index = checkpoints.findIndex(({ size }) => size >= seen.size)
  const place = { part: 'checkpoint', index: Math.max(index, 0) } as const
  if (index < 0) {
    const where = { part: 'checkpoint', index: checkpoints.length - 1 } as const
    throw problem('AUDIT_ROLLED_BACK', where, `at least ${seen.size} entries, as seen before`, `${last.size}`)
  }
  const root = rootAt(bundle, checkpoints, seen.size)
  if (root === null) {
    throw problem('AUDIT_SEEN_UNPROVEN', place, `the checkpoint of size ${seen.size}, as seen before`, 'none')
  }
  if (!equalHashes(root, seen.root)) {
    throw problem('AUDIT_FORKED', place, `the root ${toHex(seen.root)} at size ${seen.size}, as seen`, toHex(root))
  }
}

function rootAt({ entries }: Bundle, checkpoints: readonly Checkpoint[], size: number): Uint8Array | null {
  const known = checkpoints.find((checkpoint) => checkpoint.size === size)
  if (known !== undefined) return known.root
  return entries === null ? null : createMerkleLog(entries.slice(0, size).map(fromHex)).root(size)
}
