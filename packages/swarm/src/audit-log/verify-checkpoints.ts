import type { Seconds } from '../deal/index.ts'
import { BaseError } from '../errors/index.ts'
import type { Bundle, BundleCheckpoint } from './bundle.ts'
import { type Checkpoint, openCheckpoint } from './checkpoint.ts'
import { cosignedAt } from './cosignature.ts'
import { equalHashes, leafHash } from './hash.ts'
import { fromHex, toHex } from './hex.ts'
import { appendLeaf, emptyHead, headRoot } from './merkle-head.ts'
import { isLineOf, parseVerifierKey, renderVerifierKey, type VerifierKey } from './note-keys.ts'
import { type AuditCode, type Place, problem, quoted } from './problem.ts'
import type { NoteSignature, SignedNote } from './signed-note.ts'
import { type AuditTrust, clockTolerance } from './trust.ts'
import { verifyConsistency } from './verify-proof.ts'

/** What the checkpoints of a bundle establish. */
export interface VerifiedCheckpoints {
  readonly checkpoints: readonly Checkpoint[]
  readonly last: Checkpoint
  readonly cosignatures: number
  /** Time of the latest trusted cosignature of the last checkpoint; null when there is none. */
  readonly witnessedAt: Seconds | null
}

/**
 * Checkpoints in order: key, signature, cosignatures, growth, and the entries that they cover.
 * @throws BaseError with the code of the first thing that is wrong
 */
export function verifyCheckpoints(bundle: Bundle, trust: AuditTrust): VerifiedCheckpoints {
  const log = readKeys([bundle.log])[0] as VerifierKey
  if (renderVerifierKey(log) !== renderVerifierKey(trust.log)) {
    const expected = `the log key ${quoted(renderVerifierKey(trust.log))}`
    throw problem('AUDIT_KEY_UNTRUSTED', { part: 'key', index: null }, expected, quoted(bundle.log))
  }
  const witnesses = readKeys(bundle.witnesses)
  requireSorted(bundle.witnesses)
  const roots = createRoots(bundle)
  const lastTimes = new Map<VerifierKey, Seconds>()
  const checkpoints: Checkpoint[] = []
  let cosignatures = 0
  let times: ReadonlyMap<VerifierKey, Seconds> = new Map()
  for (const [index, written] of bundle.checkpoints.entries()) {
    const { checkpoint, note } = openAt(index, written, log)
    times = readCosignatures(index, note, log, witnesses)
    requireOrderOfTimes(index, times, lastTimes, trust.now)
    requireGrowth(index, checkpoints.at(-1), checkpoint, written)
    roots.requireAt(index, checkpoint)
    checkpoints.push(checkpoint)
    cosignatures += times.size
  }
  roots.requireEnd(bundle.checkpoints.length - 1)
  const last = checkpoints.at(-1) as Checkpoint
  const witnessedAt = requireQuorum(bundle.checkpoints.length - 1, times, trust)
  requireUsed(bundle.witnesses, witnesses, lastTimes)
  return { checkpoints, last, cosignatures, witnessedAt }
}

function readKeys(texts: readonly string[]): readonly VerifierKey[] {
  return texts.map((text, index) => at({ part: 'key', index }, () => parseVerifierKey(text)))
}

function requireSorted(keys: readonly string[]): void {
  for (const [index, key] of keys.entries()) {
    const before = keys[index - 1]
    if (before !== undefined && before >= key) {
      throw problem('AUDIT_BUNDLE_MALFORMED', { part: 'key', index }, 'witnesses sorted, each once', quoted(key))
    }
  }
}

/** A key that signed nothing could be any key. */
function requireUsed(
  written: readonly string[],
  witnesses: readonly VerifierKey[],
  times: ReadonlyMap<VerifierKey, Seconds>
): void {
  const index = witnesses.findIndex((key) => !times.has(key))
  if (index >= 0) {
    const expected = 'a witness that cosigned a checkpoint'
    throw problem('AUDIT_BUNDLE_MALFORMED', { part: 'key', index }, expected, quoted(written[index] ?? ''))
  }
}

function openAt(index: number, { note }: BundleCheckpoint, log: VerifierKey) {
  return at({ part: 'checkpoint', index }, () => openCheckpoint(note, log))
}

/** Unlike other notes, those of a bundle have no line that nobody can check: log first, then declared witnesses. */
function readCosignatures(
  index: number,
  { text, signatures }: SignedNote,
  log: VerifierKey,
  witnesses: readonly VerifierKey[]
): ReadonlyMap<VerifierKey, Seconds> {
  const place = { part: 'cosignature', index } as const
  const [first, ...lines] = signatures
  if (first === undefined || !isLineOf(log, first)) {
    throw problem('AUDIT_SIGNATURE_INVALID', place, "the log's signature first", 'another')
  }
  const times = new Map<VerifierKey, Seconds>()
  let position = -1
  for (const line of lines) {
    const next = witnesses.findIndex((key) => isLineOf(key, line))
    const key = witnesses[next]
    if (key === undefined || next <= position) {
      const expected = 'one line each of witnesses that the bundle names, in that order'
      throw problem('AUDIT_SIGNATURE_INVALID', place, expected, `a line of ${quoted(line.name)}`)
    }
    position = next
    times.set(key, requireCosigned(place, text, line, key))
  }
  return times
}

function requireCosigned(place: Place, text: string, line: NoteSignature, key: VerifierKey): Seconds {
  const time = cosignedAt(text, line, key)
  if (time !== null) return time
  throw problem('AUDIT_SIGNATURE_INVALID', place, `a cosignature of ${quoted(key.name)}`, 'one of nobody')
}

/** A cosignature says that there was none larger at its time. */
function requireOrderOfTimes(
  index: number,
  times: ReadonlyMap<VerifierKey, Seconds>,
  lastTimes: Map<VerifierKey, Seconds>,
  now: Seconds
): void {
  for (const [key, time] of times) {
    const before = lastTimes.get(key) ?? 0
    const place = { part: 'cosignature', index } as const
    if (time < before) {
      const expected = `a time from ${before} on, when ${quoted(key.name)} cosigned less`
      throw problem('AUDIT_WITNESS_CONTRADICTS', place, expected, `${time}`)
    }
    if (time > now + clockTolerance) {
      throw problem('AUDIT_WITNESS_CONTRADICTS', place, `a time up to ${now + clockTolerance}`, `${time}`)
    }
    lastTimes.set(key, time)
  }
}

function requireGrowth(
  index: number,
  before: Checkpoint | undefined,
  { size, root }: Checkpoint,
  { consistency }: BundleCheckpoint
): void {
  const place = { part: 'checkpoint', index } as const
  if (before === undefined) {
    if (size === 0) throw problem('AUDIT_SIZE_WRONG', place, 'a log with entries', 'an empty one')
    if (consistency.length > 0) {
      throw problem('AUDIT_INCONSISTENT', place, 'no consistency proof, as the first', `${consistency.length} hashes`)
    }
    return
  }
  if (size === before.size && !equalHashes(root, before.root)) {
    throw problem('AUDIT_FORKED', place, `the root ${toHex(before.root)} at size ${size}`, toHex(root))
  }
  if (size <= before.size) throw problem('AUDIT_SIZE_WRONG', place, `a size above ${before.size}`, `${size}`)
  const claim = { from: before.size, fromRoot: before.root, to: size, toRoot: root, proof: consistency.map(fromHex) }
  if (!verifyConsistency(claim)) {
    const expected = `a proof that ${before.size} entries grew to ${size}`
    throw problem('AUDIT_INCONSISTENT', place, expected, `${consistency.length} hashes that do not prove it`)
  }
}

/** Where all entries are given, their roots at the sizes of the checkpoints, in one pass. */
function createRoots({ entries }: Bundle) {
  let head = emptyHead
  return {
    requireAt(index: number, { size, root }: Checkpoint): void {
      if (entries === null) return
      if (size > entries.length) {
        throw problem('AUDIT_SIZE_WRONG', { part: 'checkpoint', index }, `${size} entries`, `${entries.length}`)
      }
      for (const entry of entries.slice(head.size, size)) head = appendLeaf(head, leafHash(fromHex(entry)))
      const found = headRoot(head)
      if (!equalHashes(found, root)) {
        const expected = `entries with the root ${toHex(root)} at size ${size}`
        throw problem('AUDIT_ROOT_WRONG', { part: 'checkpoint', index }, expected, `root ${toHex(found)}`)
      }
    },
    requireEnd(index: number): void {
      if (entries !== null && entries.length > head.size) {
        const found = `${entries.length}, the rest under no checkpoint`
        throw problem('AUDIT_SIZE_WRONG', { part: 'checkpoint', index }, `${head.size} entries`, found)
      }
    }
  }
}

function requireQuorum(index: number, times: ReadonlyMap<VerifierKey, Seconds>, trust: AuditTrust): Seconds | null {
  const trusted = new Set(trust.witnesses.map(renderVerifierKey))
  const counted = [...times].filter(([key]) => trusted.has(renderVerifierKey(key))).map(([, time]) => time)
  if (counted.length < trust.quorum) {
    const expected = `cosignatures of ${trust.quorum} trusted witnesses on the last checkpoint`
    throw problem('AUDIT_WITNESS_MISSING', { part: 'checkpoint', index }, expected, `${counted.length}`)
  }
  return counted.length === 0 ? null : Math.max(...counted)
}

/** The same error, with its place in the bundle. */
function at<T>(place: Place, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause
    const { expected, found } = cause.details
    throw problem(cause.code as AuditCode, { ...place, cause }, String(expected), String(found))
  }
}
