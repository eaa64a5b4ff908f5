import { sha256 } from '@noble/hashes/sha2.js'

// The two hashes of RFC 6962, section 2.1. The prefixes keep a leaf from passing for a node.

/** Bytes of a hash in the log. */
export const hashLength = 32

const leafPrefix = Uint8Array.of(0x00)
const nodeInput = 1 + 2 * hashLength

/** SHA-256(0x00 || entry). */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256.create().update(leafPrefix).update(entry).digest()
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(nodeInput)
  input[0] = 0x01
  input.set(left, 1)
  input.set(right, 1 + hashLength)
  return sha256(input)
}

/** The root of a log without entries: the hash of nothing. */
export const emptyRoot: Uint8Array = sha256(new Uint8Array(0))

/** Not in constant time: nothing that is compared here is secret. */
export function equalHashes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false
  return true
}
