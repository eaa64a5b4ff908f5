import { ed25519 } from '@noble/curves/ed25519.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Seconds } from '../deal/index.ts'
import { type Checkpoint, checkpointBody } from './checkpoint.ts'
import { publicHalf, type SigningKey, type VerifierKey, verifyEd25519 } from './note-keys.ts'
import { problem, quoted } from './problem.ts'
import type { NoteSignature } from './signed-note.ts'

// Timestamped cosignatures: https://c2sp.org/tlog-cosignature, version 1 (Ed25519).
// The signature of the line is 8 bytes of time, big-endian, then 64 bytes of Ed25519.

const timeBytes = 8

/**
 * A witness's word that at `time` this was the largest checkpoint of the log that it had seen, and consistent with
 * all before. Ask `judgeCheckpoint` first.
 * @throws BaseError AUDIT_KEY_MALFORMED for a log's key; RangeError for a time that is none
 */
export function cosign(checkpoint: Checkpoint, time: Seconds, key: SigningKey): NoteSignature {
  if (key.role !== 'witness') {
    throw problem(
      'AUDIT_KEY_MALFORMED',
      { part: 'key', index: null },
      'a witness key',
      `a log key, ${quoted(key.name)}`
    )
  }
  if (!Number.isSafeInteger(time) || time < 0) throw new RangeError(`${time} is not a Unix time`)
  const { name, keyId } = publicHalf(key)
  const signature = ed25519.sign(signedMessage(checkpointBody(checkpoint), time), key.seed)
  const head = new Uint8Array(timeBytes)
  new DataView(head.buffer).setBigUint64(0, BigInt(time))
  return { name, keyId, signature: concatBytes(head, signature) }
}

/** When the witness cosigned, or null if it did not: a wrong signature, length or time. */
export function cosignedAt(body: string, line: NoteSignature, key: VerifierKey): Seconds | null {
  const { signature } = line
  if (key.role !== 'witness' || signature.length !== timeBytes + 64) return null
  const time = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0))
  if (!Number.isSafeInteger(time)) return null
  return verifyEd25519(signature.subarray(timeBytes), signedMessage(body, time), key.publicKey) ? time : null
}

function signedMessage(body: string, time: Seconds): Uint8Array {
  return utf8ToBytes(`cosignature/v1\ntime ${time}\n${body}`)
}
