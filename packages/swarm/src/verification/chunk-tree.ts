import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { z } from 'zod'
import { createMerkleLog, leafHash, maxProofLength, verifyInclusion } from '../audit-log/index.ts'
import type { ChunkReceipt, Hash } from '../deal/index.ts'
import { BaseError } from '../errors/index.ts'
import { encodeLeaf, type TokenLeaf, tokenLeafSchema } from './token-leaf.ts'

/** Most tokens that one receipt may answer for. */
export const maxChunkTokens = 65_536

/** What a receipt says of its chunk: tokens `firstIndex` to `firstIndex + tokens - 1` of the job have this root. */
export interface Chunk {
  readonly leafRoot: Hash
  readonly firstIndex: number
  readonly tokens: number
}

/** One token of a chunk, opened. */
export interface LeafProof {
  readonly leaf: TokenLeaf
  /** RFC 6962, section 2.1.1: from the leaf up. */
  readonly path: readonly Hash[]
}

export interface ChunkTree {
  readonly chunk: Chunk
  /** @throws BaseError LEAF_NOT_IN_CHUNK for an index outside of the chunk */
  prove(index: number): LeafProof
}

/** The tokens that `receipt` adds to those of `previous`, the receipt that it follows (null for the first). */
export function chunkOf(previous: ChunkReceipt | null, { leafRoot, outTokens }: ChunkReceipt): Chunk {
  const firstIndex = previous?.outTokens ?? 0
  return { leafRoot, firstIndex, tokens: outTokens - firstIndex }
}

/**
 * The RFC 6962 tree over a chunk's leaves; its root is the receipt's `leafRoot`. A chunk without tokens, as when a job
 * ends between two, has the root of the empty tree.
 * @throws BaseError LEAF_MALFORMED for a bad leaf, a gap between indexes, or too many leaves
 */
export function buildChunkTree(firstIndex: number, leaves: readonly TokenLeaf[]): ChunkTree {
  if (leaves.length > maxChunkTokens) throw badChunk(`${leaves.length} tokens are more than ${maxChunkTokens}`)
  leaves.forEach(({ index }, at) => {
    if (index !== firstIndex + at) throw badChunk(`index ${index} stands where ${firstIndex + at} belongs`)
  })
  const log = createMerkleLog(leaves.map(encodeLeaf))
  return {
    chunk: { leafRoot: toHash(log.root(log.size)), firstIndex, tokens: leaves.length },
    prove(index) {
      const leaf = leaves[index - firstIndex]
      if (leaf === undefined) throw notIncluded(index)
      return { leaf, path: log.inclusionProof(index - firstIndex, leaves.length).map(toHash) }
    }
  }
}

/**
 * That `leaf` stands at its index in the chunk that a signed receipt committed to.
 * @throws BaseError LEAF_NOT_IN_CHUNK
 */
export function verifyLeaf({ leafRoot, firstIndex, tokens }: Chunk, { leaf, path }: LeafProof): void {
  const included = verifyInclusion({
    index: leaf.index - firstIndex,
    size: tokens,
    root: hexToBytes(leafRoot.slice(2)),
    leaf: leafHash(encodeLeaf(leaf)),
    proof: path.map((sibling) => hexToBytes(sibling.slice(2)))
  })
  if (!included) throw notIncluded(leaf.index)
}

const hash = z.custom<Hash>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value))
const leafProofSchema = z.strictObject({ leaf: tokenLeafSchema, path: z.array(hash).max(maxProofLength) })

/**
 * Parse what a provider sends to open a token.
 * @throws BaseError LEAF_MALFORMED
 */
export function parseLeafProof(json: unknown): LeafProof {
  const parsed = leafProofSchema.safeParse(json)
  if (parsed.success) return parsed.data
  throw badChunk(`field ${parsed.error.issues[0]?.path.join('.') ?? ''} does not parse`)
}

const toHash = (bytes: Uint8Array): Hash => `0x${bytesToHex(bytes)}`

const badChunk = (what: string): BaseError =>
  new BaseError('LEAF_MALFORMED', `The leaves of a chunk are malformed: ${what}.`, {
    advice: 'Do not pay for the chunk, and use another provider.'
  })

const notIncluded = (index: number): BaseError =>
  new BaseError('LEAF_NOT_IN_CHUNK', `Token ${index} is not what the provider committed to.`, {
    advice: 'Keep the receipt and the proof as evidence, pay no more on this lane, and use another provider.',
    details: { index }
  })
