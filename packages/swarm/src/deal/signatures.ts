import * as OxAddress from 'ox/Address'
import * as Secp256k1 from 'ox/Secp256k1'
import { BaseError, isBaseError } from '../errors/index.ts'
import type { Address, CompactSignature, Hash, Hex } from './objects.ts'
import { type DealObjects, encode, type Signed } from './schema.ts'
import { type Deployment, digest, type SignedKind } from './typed-data.ts'

// Signatures are r and vs of EIP-2098: 64 bytes, the parity in the top bit of s. Of the two signatures that any
// signer has for a digest (s and n - s) only the lower is good, as in OpenZeppelin's ECDSA: nobody but the signer
// can make a second signature for what was signed.

/** Half the order of secp256k1, rounded down (SEC 2, 2.4.1; the bound of EIP-2). */
const highestS = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n
const parityBit = 1n << 255n
const compact = /^0x[0-9a-f]{128}$/

/**
 * Sign for one deployment. Deterministic (RFC 6979): the same object gives the same signature.
 * @param privateKey 32 bytes, 1 to n - 1
 * @throws BaseError DEAL_MALFORMED, SIGNING_KEY_INVALID
 */
export function sign<K extends SignedKind>(
  kind: K,
  object: DealObjects[K],
  deployment: Deployment,
  privateKey: Hex
): CompactSignature {
  encode(kind, object)
  return signDigest(digest(kind, object, deployment), privateKey)
}

/** `sign`, with the object beside its signature. */
export function signed<K extends SignedKind>(
  kind: K,
  object: DealObjects[K],
  deployment: Deployment,
  privateKey: Hex
): Signed<K> {
  return { object, signature: sign(kind, object, deployment, privateKey) }
}

/**
 * Who signed. A signature that was made for anything else gives some other address, so compare.
 * @throws BaseError SIGNATURE_MALFORMED for one that no key makes, or that someone has altered without the key
 */
export function recoverSigner<K extends SignedKind>(
  kind: K,
  { object, signature }: Signed<K>,
  deployment: Deployment
): Address {
  return recoverDigest(digest(kind, object, deployment), signature)
}

/** Whether `signer` signed it for this deployment. Never throws for a bad signature. */
export function isSignedBy<K extends SignedKind>(
  kind: K,
  signed: Signed<K>,
  deployment: Deployment,
  signer: Address
): boolean {
  return isSignedByOneOf(kind, signed, deployment, [signer])
}

/** Whether one of `signers` signed it for this deployment; as costly as one. Never throws for a bad signature. */
export function isSignedByOneOf<K extends SignedKind>(
  kind: K,
  signed: Signed<K>,
  deployment: Deployment,
  signers: readonly Address[]
): boolean {
  try {
    return signers.includes(recoverSigner(kind, signed, deployment))
  } catch (error) {
    if (isBaseError(error, 'SIGNATURE_MALFORMED')) return false
    throw error
  }
}

/** The address of a private key. @throws BaseError SIGNING_KEY_INVALID */
export function addressOf(privateKey: Hex): Address {
  const publicKey = withKey(() => Secp256k1.getPublicKey({ privateKey }))
  return OxAddress.fromPublicKey(publicKey)
}

function signDigest(payload: Hash, privateKey: Hex): CompactSignature {
  const { r, s, yParity } = withKey(() => Secp256k1.sign({ payload, privateKey, extraEntropy: false }))
  const vs = BigInt(s) | (yParity === 1 ? parityBit : 0n)
  return `0x${r.slice(2)}${vs.toString(16).padStart(64, '0')}`
}

function recoverDigest(payload: Hash, signature: CompactSignature): Address {
  if (!compact.test(signature)) throw malformed('it is not 64 bytes in lower-case hexadecimal')
  const vs = BigInt(`0x${signature.slice(66)}`)
  const s = vs & ~parityBit
  if (s > highestS) throw malformed('its s is in the upper half, so it was altered by someone without the key')
  const parts = {
    r: `0x${signature.slice(2, 66)}`,
    s: `0x${s.toString(16).padStart(64, '0')}`,
    yParity: vs >= parityBit ? 1 : 0
  } as const
  try {
    return Secp256k1.recoverAddress({ payload, signature: parts })
  } catch (cause) {
    throw malformed('there is no key that makes it', cause)
  }
}

/** What a curve library says of a bad key may quote the key: its error goes no further. */
function withKey<T>(work: () => T): T {
  try {
    return work()
  } catch {
    throw new BaseError('SIGNING_KEY_INVALID', 'The key is not a secp256k1 private key.', {
      advice: 'Nothing was signed. Give the right key: 32 bytes in hexadecimal.'
    })
  }
}

const malformed = (why: string, cause?: unknown): BaseError =>
  new BaseError('SIGNATURE_MALFORMED', `A signature is malformed: ${why}.`, {
    advice: 'Do not accept the signed object. Ask the other side to sign again.',
    cause
  })
