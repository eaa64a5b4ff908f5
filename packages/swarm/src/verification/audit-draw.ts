import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js'
import { equalHashes } from '../audit-log/index.ts'
import type { Hash } from '../deal/index.ts'
import { BaseError } from '../errors/index.ts'
import { certain, type Ppm } from './probability.ts'
import { requireRange, requireWhole } from './require-range.ts'

// Whether and where a job is audited, drawn from what neither side could choose alone: the auditor's secret, fixed by
// a commitment before the job starts, and the provider's receipts, signed before the secret is known.

/** What the draw is bound to. */
export interface AuditBinding {
  /** Struct hash of the job. */
  readonly jobHash: Hash
  /** Struct hash of the job's last receipt: over `prev` it commits to every chunk root. */
  readonly lastReceipt: Hash
  /** 32 bytes that nobody can guess, a fresh one for each job. */
  readonly secret: Uint8Array
}

/** 32 bytes that decide everything below. */
export type AuditSeed = Uint8Array

const secretBytes = 32
const commitmentTag = encode('unhosted audit commitment 1\0')
const seedTag = encode('unhosted audit seed 1\0')
const streamTag = encode('unhosted audit draw 1\0')

/** What the auditor signs for with the job: it can then reveal this secret and no other. */
export function auditCommitment(secret: Uint8Array): Hash {
  requireWhole('bytes of the audit secret', secret.length, secretBytes, secretBytes)
  return `0x${bytesToHex(sha256(concatBytes(commitmentTag, secret)))}`
}

/**
 * The seed of a job's audit.
 * @throws BaseError AUDIT_SECRET_MISMATCH when the secret is not the one that `commitment` fixed
 */
export function auditSeed({ jobHash, lastReceipt, secret }: AuditBinding, commitment: Hash): AuditSeed {
  if (!equalHashes(fromHash(auditCommitment(secret)), fromHash(commitment))) {
    throw new BaseError('AUDIT_SECRET_MISMATCH', 'The revealed audit secret is not the one that was committed to.', {
      advice: 'Do not accept the audit: its positions may have been chosen.'
    })
  }
  return sha256(concatBytes(seedTag, fromHash(jobHash), fromHash(lastReceipt), secret))
}

/** Whether the job is audited at `rate`: one draw, so a higher rate audits all that a lower one does, and more. */
export const isAudited = (seed: AuditSeed, rate: Ppm): boolean => uniform(seed, 'decision')(certain) < rate

/**
 * `count` different positions of 0 to `tokens - 1`, ascending, every such set as likely as any other; all of them if
 * there are no more.
 */
export function auditPositions(seed: AuditSeed, tokens: number, count: number): readonly number[] {
  requireWhole('tokens', tokens, 0, 2 ** 32)
  const wanted = Math.min(requireWhole('positions', count, 1, 1e6), tokens)
  const below = uniform(seed, 'positions')
  // Floyd's sampling (Bentley and Floyd, CACM 30, 1987): one draw for each position, and none is drawn again.
  const chosen = new Set<number>()
  for (let last = tokens - wanted; last < tokens; last += 1) {
    const drawn = below(last + 1)
    chosen.add(chosen.has(drawn) ? last : drawn)
  }
  return [...chosen].toSorted((a, b) => a - b)
}

/**
 * Whole numbers below a bound of at most 2^32, each as likely as any other: SHA-256 over seed, purpose and a counter,
 * read as uint32; those that would favour small numbers are skipped.
 */
function uniform(seed: AuditSeed, purpose: string): (bound: number) => number {
  const prefix = concatBytes(streamTag, encode(`${purpose}\0`), seed)
  const words = drawnWords(prefix)
  return (bound) => {
    const fair = 2 ** 32 - (2 ** 32 % requireRange('bound', bound, 1, 2 ** 32))
    let word = words.next().value
    while (word >= fair) word = words.next().value
    return word % bound
  }
}

function* drawnWords(prefix: Uint8Array): Generator<number, never> {
  for (let counter = 0; ; counter += 1) {
    const block = sha256(concatBytes(prefix, uint32(counter)))
    const view = new DataView(block.buffer, block.byteOffset, block.length)
    for (let at = 0; at < block.length; at += 4) yield view.getUint32(at)
  }
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

function encode(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

function fromHash(hash: Hash): Uint8Array {
  return hexToBytes(hash.slice(2))
}
