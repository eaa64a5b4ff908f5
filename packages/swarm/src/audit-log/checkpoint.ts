import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import * as Base64 from 'ox/Base64'
import type { Hash } from '../deal/index.ts'
import { hashLength } from './hash.ts'
import { toHex } from './hex.ts'
import { maxLogSize } from './merkle-head.ts'
import { isLineOf, publicHalf, type SigningKey, type VerifierKey, verifyEd25519 } from './note-keys.ts'
import { problem, quoted } from './problem.ts'
import { decodeBase64, isKeyName, type NoteSignature, parseNote, renderNote, type SignedNote } from './signed-note.ts'

/** What a log says of itself at one size: https://c2sp.org/tlog-checkpoint. */
export interface Checkpoint {
  /** The name of the log, and of its key. */
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

/** Three lines: origin, size in decimal, root in base64. Never extension lines: no witness looks at those. */
export function checkpointBody({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Base64.fromBytes(root)}\n`
}

/** @throws BaseError AUDIT_NOTE_MALFORMED */
export function parseCheckpointBody(text: string): Checkpoint {
  const [origin = '', digits = '', base64 = '', end, ...more] = text.split('\n')
  if (end !== '' || more.length > 0) throw malformed('three lines: origin, size, root', 'more or fewer')
  if (!isKeyName(origin)) throw malformed('an origin without spaces and plus signs', quoted(origin))
  const size = /^(0|[1-9]\d{0,9})$/.test(digits) ? Number(digits) : Number.NaN
  if (!(size <= maxLogSize)) throw malformed(`a size from 0 to ${maxLogSize} without leading zeros`, quoted(digits))
  const root = decodeBase64(base64)
  if (root?.length !== hashLength) throw malformed('the base64 of a root of 32 bytes', quoted(base64))
  return { origin, size, root }
}

/** SHA-256 of the checkpoint's body: what a voucher carries as `ledgerHead`. */
export function ledgerHead(checkpoint: Checkpoint): Hash {
  return toHex(sha256(utf8ToBytes(checkpointBody(checkpoint))))
}

/**
 * The checkpoint as a note with the log's signature. Whoever signs two that are inconsistent has forked the log.
 * @throws BaseError AUDIT_KEY_MALFORMED for a key of another name or role
 */
export function signCheckpoint(checkpoint: Checkpoint, key: SigningKey): SignedNote {
  if (key.role !== 'log' || key.name !== checkpoint.origin) {
    const expected = `a log key named ${quoted(checkpoint.origin)}`
    throw problem('AUDIT_KEY_MALFORMED', { part: 'key', index: null }, expected, `${key.role} ${quoted(key.name)}`)
  }
  const text = checkpointBody(checkpoint)
  // Whatever is signed parses, so that a bad size or origin fails here and not at every reader.
  parseCheckpointBody(text)
  const { name, keyId } = publicHalf(key)
  return { text, signatures: [{ name, keyId, signature: ed25519.sign(utf8ToBytes(text), key.seed) }] }
}

export interface OpenedCheckpoint {
  readonly checkpoint: Checkpoint
  /** Every signature line, known or not, the log's included. */
  readonly note: SignedNote
}

/**
 * Parse a signed checkpoint and verify the log's signature. Lines of other keys are kept and not looked at.
 * @throws BaseError AUDIT_NOTE_MALFORMED, AUDIT_ORIGIN_WRONG, AUDIT_SIGNATURE_INVALID
 */
export function openCheckpoint(text: string, log: VerifierKey): OpenedCheckpoint {
  const note = parseNote(text)
  const checkpoint = parseCheckpointBody(note.text)
  if (checkpoint.origin !== log.name) {
    throw problem('AUDIT_ORIGIN_WRONG', here, `origin ${quoted(log.name)}`, quoted(checkpoint.origin))
  }
  const lines = note.signatures.filter((line) => isLineOf(log, line))
  if (lines.length !== 1) {
    throw problem('AUDIT_SIGNATURE_INVALID', here, 'one signature of the log', `${lines.length}`)
  }
  const [line] = lines
  if (log.role !== 'log' || !verifyEd25519((line as NoteSignature).signature, utf8ToBytes(note.text), log.publicKey)) {
    throw problem('AUDIT_SIGNATURE_INVALID', here, `a signature of ${quoted(log.name)}`, 'one of nobody')
  }
  return { checkpoint, note }
}

/** The note as text with more signatures, behind those it has. */
export function withSignatures(note: SignedNote, more: readonly NoteSignature[]): string {
  return renderNote({ text: note.text, signatures: [...note.signatures, ...more] })
}

const here = { part: 'checkpoint', index: null } as const
const malformed = (expected: string, found: string) => problem('AUDIT_NOTE_MALFORMED', here, expected, found)
