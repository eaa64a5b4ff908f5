import { emptyRoot, nodeHash } from './hash.ts'

/**
 * All that must be kept of a log to append to it and to know its root: the roots of its full subtrees,
 * one for each bit of `size` that is set, largest first. At most 31 hashes.
 */
export interface MerkleHead {
  readonly size: number
  readonly peaks: readonly Uint8Array[]
}

/** Most entries of a log. Bounded so that sizes stay within 32-bit arithmetic. */
export const maxLogSize = 2 ** 31 - 1

export const emptyHead: MerkleHead = { size: 0, peaks: [] }

/** The head after one more leaf. Costs one hash on average, 31 at most. */
export function appendLeaf({ size, peaks }: MerkleHead, leaf: Uint8Array): MerkleHead {
  if (size >= maxLogSize) throw new RangeError(`a log holds at most ${maxLogSize} entries`)
  const kept = peaks.slice()
  let node = leaf
  for (let full = size; full % 2 === 1; full >>>= 1) node = nodeHash(kept.pop() as Uint8Array, node)
  return { size: size + 1, peaks: [...kept, node] }
}

/** The Merkle Tree Hash of RFC 6962, section 2.1, of everything appended so far. */
export function headRoot({ peaks }: MerkleHead): Uint8Array {
  return (
    peaks.reduceRight<Uint8Array | null>((right, left) => (right === null ? left : nodeHash(left, right)), null) ??
    emptyRoot
  )
}
