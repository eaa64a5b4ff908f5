import { emptyRoot, equalHashes, nodeHash } from './hash.ts'
import { maxLogSize } from './merkle-head.ts'

/** Most hashes in a proof of a log of `maxLogSize` entries. */
export const maxProofLength = 32

/** What an inclusion proof says: entry `index` of the log whose first `size` entries have `root`. */
export interface InclusionClaim {
  readonly index: number
  readonly size: number
  readonly root: Uint8Array
  /** `leafHash(entry)`. */
  readonly leaf: Uint8Array
  /** From the leaf up. */
  readonly proof: readonly Uint8Array[]
}

/** RFC 9162, section 2.1.3.2. False for anything out of bounds. */
export function verifyInclusion({ index, size, root, leaf, proof }: InclusionClaim): boolean {
  if (!isSize(size) || !isSize(index) || index >= size || proof.length > maxProofLength) return false
  let position = index
  let last = size - 1
  let node = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (position % 2 === 1 || position === last) {
      node = nodeHash(sibling, node)
      const skipped = ragged(position)
      position >>>= skipped
      last >>>= skipped
    } else {
      node = nodeHash(node, sibling)
    }
    position >>>= 1
    last >>>= 1
  }
  return last === 0 && equalHashes(node, root)
}

/** What a consistency proof says: the log with `toRoot` begins with the entries of the log with `fromRoot`. */
export interface ConsistencyClaim {
  readonly from: number
  readonly fromRoot: Uint8Array
  readonly to: number
  readonly toRoot: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** RFC 9162, section 2.1.4.2; also true for equal logs and from the empty log, with an empty proof. */
export function verifyConsistency({ from, fromRoot, to, toRoot, proof }: ConsistencyClaim): boolean {
  if (!isSize(from) || !isSize(to) || from > to || proof.length > maxProofLength) return false
  if (from === to) return proof.length === 0 && equalHashes(fromRoot, toRoot) && (from > 0 || isEmptyRoot(fromRoot))
  if (from === 0) return proof.length === 0 && isEmptyRoot(fromRoot)
  // A full subtree stands for itself: its root is the old root and is not sent.
  const path = isPowerOfTwo(from) ? [fromRoot, ...proof] : proof
  const first = path[0]
  if (first === undefined) return false
  let position = from - 1
  let last = to - 1
  while (position % 2 === 1) {
    position >>>= 1
    last >>>= 1
  }
  let oldNode = first
  let newNode = first
  for (const sibling of path.slice(1)) {
    if (last === 0) return false
    if (position % 2 === 1 || position === last) {
      oldNode = nodeHash(sibling, oldNode)
      newNode = nodeHash(sibling, newNode)
      const skipped = ragged(position)
      position >>>= skipped
      last >>>= skipped
    } else {
      newNode = nodeHash(newNode, sibling)
    }
    position >>>= 1
    last >>>= 1
  }
  return last === 0 && equalHashes(oldNode, fromRoot) && equalHashes(newNode, toRoot)
}

/** Levels at which the last node of a ragged tree has no sibling and moves up as it is. */
function ragged(position: number): number {
  return position === 0 ? 0 : 31 - Math.clz32(position & -position)
}

const isSize = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= maxLogSize
const isPowerOfTwo = (value: number): boolean => (value & (value - 1)) === 0
const isEmptyRoot = (root: Uint8Array): boolean => equalHashes(root, emptyRoot)
