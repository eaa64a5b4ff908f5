import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import * as Base64 from 'ox/Base64'
import { equalHashes } from './hash.ts'
import { problem, quoted } from './problem.ts'
import { decodeBase64, isKeyName, type NoteSignature } from './signed-note.ts'

/** `log`: signs notes as they are. `witness`: signs a time with them (c2sp.org/tlog-cosignature). Both Ed25519. */
export type KeyRole = 'log' | 'witness'

/** Algorithm bytes of c2sp.org/signed-note. They go into the key id, so one role never passes for the other. */
const algorithms: Readonly<Record<KeyRole, number>> = { log: 0x01, witness: 0x04 }

/** A public key with the name that it signs under. */
export interface VerifierKey {
  readonly name: string
  readonly role: KeyRole
  /** 4 bytes: the start of SHA-256(name || 0x0a || algorithm || public key). */
  readonly keyId: Uint8Array
  /** 32 bytes. */
  readonly publicKey: Uint8Array
}

/** Never log it. */
export interface SigningKey {
  readonly name: string
  readonly role: KeyRole
  /** 32 bytes: an Ed25519 private key, used for nothing but notes in this role. */
  readonly seed: Uint8Array
}

/** @throws BaseError AUDIT_KEY_MALFORMED for a name with spaces or plus signs, or a key that is none */
export function verifierKey(name: string, role: KeyRole, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw malformed('a key name without spaces and plus signs', quoted(name))
  if (!isSafePublicKey(publicKey)) throw malformed('an Ed25519 public key', 'something else')
  const input = concatBytes(utf8ToBytes(`${name}\n`), Uint8Array.of(algorithms[role]), publicKey)
  return { name, role, keyId: sha256(input).slice(0, 4), publicKey }
}

/** The public half of a signing key. @throws BaseError AUDIT_KEY_MALFORMED */
export function publicHalf({ name, role, seed }: SigningKey): VerifierKey {
  return verifierKey(name, role, ed25519.getPublicKey(seed))
}

/**
 * Parse `name+keyid+base64(algorithm || public key)`, the form in which keys are handed on.
 * @throws BaseError AUDIT_KEY_MALFORMED
 */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', id, base64 = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.{4,64})$/u.exec(text.slice(0, 512)) ?? []
  const bytes = decodeBase64(base64)
  const role = (['log', 'witness'] as const).find((role) => algorithms[role] === bytes?.[0])
  if (id === undefined || bytes === null || role === undefined) throw malformed('a verifier key', quoted(text))
  const key = verifierKey(name, role, bytes.slice(1))
  if (renderVerifierKey(key) !== text) throw malformed(`the key id ${bytesToHex(key.keyId)}`, quoted(id))
  return key
}

export function renderVerifierKey({ name, role, keyId, publicKey }: VerifierKey): string {
  return `${name}+${bytesToHex(keyId)}+${Base64.fromBytes(Uint8Array.of(algorithms[role], ...publicKey))}`
}

/** Whether the line claims to be of this key. */
export function isLineOf({ name, keyId }: VerifierKey, line: NoteSignature): boolean {
  return name === line.name && equalHashes(keyId, line.keyId)
}

/** RFC 8032 without exceptions: one encoding of each point, s below the order. False for anything malformed. */
export function verifyEd25519(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return signature.length === 64 && ed25519.verify(signature, message, publicKey, { zip215: false })
}

/** A key of small order would sign everything. */
function isSafePublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32 || !ed25519.utils.isValidPublicKey(publicKey, false)) return false
  return !ed25519.Point.fromBytes(publicKey).isSmallOrder()
}

const malformed = (expected: string, found: string) =>
  problem('AUDIT_KEY_MALFORMED', { part: 'key', index: null }, expected, found)
