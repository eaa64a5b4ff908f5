import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'

/** What an entry of the log is about, and the byte that stands for it in a commitment. Numbers are never used again. */
export const entryKinds = {
  quote: 1,
  job: 2,
  receipt: 3,
  voucher: 4,
  verdict: 5,
  /** A decision of the budget: reserved, spent, released, refused. */
  budget: 6,
  /** The result of checking a provider's work. */
  audit: 7,
  note: 8
} as const
export type EntryKind = keyof typeof entryKinds

/** Bytes. Fewer could be guessed together with a payload that is easy to guess. */
export const minSaltBytes = 16
export const maxSaltBytes = 32
/** Most bytes of a payload. */
export const maxPayloadBytes = 16 * 1024

const tag = utf8ToBytes('unhosted audit entry v1\n')

/** What a commitment hides until it is opened. */
export interface Opening {
  readonly kind: EntryKind
  /** 16 to 32 random bytes, fresh for each entry: without it a commitment tells nothing of its payload. */
  readonly salt: Uint8Array
  readonly payload: Uint8Array
}

/**
 * The entry of the log: SHA-256(tag || kind || length of salt || salt || length of payload, 4 bytes || payload).
 * The lengths make it injective: no other opening has the same input.
 * @throws RangeError for a salt or a payload out of bounds
 */
export function commitment({ kind, salt, payload }: Opening): Uint8Array {
  if (salt.length < minSaltBytes || salt.length > maxSaltBytes) {
    throw new RangeError(`a salt has ${minSaltBytes} to ${maxSaltBytes} bytes, not ${salt.length}`)
  }
  if (payload.length > maxPayloadBytes) {
    throw new RangeError(`a payload has at most ${maxPayloadBytes} bytes, not ${payload.length}`)
  }
  const payloadLength = new Uint8Array(4)
  new DataView(payloadLength.buffer).setUint32(0, payload.length)
  return sha256(concatBytes(tag, Uint8Array.of(entryKinds[kind], salt.length), salt, payloadLength, payload))
}
