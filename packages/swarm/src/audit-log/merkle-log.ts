import { emptyRoot, hashLength, leafHash, nodeHash } from './hash.ts'
import { maxLogSize } from './merkle-head.ts'

/**
 * A Merkle log in memory: the hash of every full subtree, 64 bytes an entry. Any past root and any proof
 * costs O(log n) look-ups and O(log n) hashes.
 */
export interface MerkleLog {
  readonly size: number
  /** @returns the index of the new entry. */
  append(entry: Uint8Array): number
  /** The root when the log held `size` entries. @throws RangeError beyond the present size. */
  root(size: number): Uint8Array
  /** RFC 6962, section 2.1.1: from the leaf up. @throws RangeError unless index < size <= present size. */
  inclusionProof(index: number, size: number): readonly Uint8Array[]
  /** RFC 6962, section 2.1.2. Empty from 0 and from `to` itself. @throws RangeError unless from <= to <= present size. */
  consistencyProof(from: number, to: number): readonly Uint8Array[]
}

export function createMerkleLog(entries: Iterable<Uint8Array> = []): MerkleLog {
  const tree = new SubtreeHashes()
  for (const entry of entries) tree.append(leafHash(entry))
  return {
    get size() {
      return tree.size
    },
    append(entry) {
      tree.append(leafHash(entry))
      return tree.size - 1
    },
    root(size) {
      requireRange(0, size, tree.size)
      return tree.range(0, size)
    },
    inclusionProof(index, size) {
      requireRange(0, size, tree.size)
      requireRange(0, index, size - 1)
      return inclusionPath(tree, index, size)
    },
    consistencyProof(from, to) {
      requireRange(0, to, tree.size)
      requireRange(0, from, to)
      return from === 0 || from === to ? [] : consistencyPath(tree, from, to)
    }
  }
}

/** Level k holds the roots of the full subtrees of 2^k leaves, one after the other. */
class SubtreeHashes {
  size = 0
  readonly #levels: Level[] = []

  append(leaf: Uint8Array): void {
    if (this.size >= maxLogSize) throw new RangeError(`a log holds at most ${maxLogSize} entries`)
    let node = leaf
    let index = this.size
    for (let level = 0; ; level += 1) {
      this.#level(level).push(node)
      if (index % 2 === 0) break
      node = nodeHash(this.#level(level).at(index - 1), node)
      index >>>= 1
    }
    this.size += 1
  }

  /** MTH(D[start:end]) where `start` is a multiple of the largest power of two below the length, as in all of RFC 6962. */
  range(start: number, end: number): Uint8Array {
    const length = end - start
    if (length === 0) return emptyRoot
    const level = 31 - Math.clz32(length)
    if (length === 2 ** level) return this.#level(level).at(start / length)
    const middle = start + 2 ** level
    return nodeHash(this.range(start, middle), this.range(middle, end))
  }

  #level(level: number): Level {
    const known = this.#levels[level]
    if (known !== undefined) return known
    const added = new Level()
    this.#levels[level] = added
    return added
  }
}

/** Hashes in one growing buffer: a fifth of the memory of an array of arrays. */
class Level {
  #bytes = new Uint8Array(64 * hashLength)
  #count = 0

  push(hash: Uint8Array): void {
    const at = this.#count * hashLength
    if (at === this.#bytes.length) {
      const grown = new Uint8Array(2 * at)
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    this.#bytes.set(hash, at)
    this.#count += 1
  }

  /** A copy: callers keep it. */
  at(index: number): Uint8Array {
    return this.#bytes.slice(index * hashLength, (index + 1) * hashLength)
  }
}

/** PATH(m, D[n]), walked from the root down and returned from the leaf up. */
function inclusionPath(tree: SubtreeHashes, index: number, size: number): readonly Uint8Array[] {
  const path: Uint8Array[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const middle = start + splitOf(end - start)
    if (index < middle) {
      path.push(tree.range(middle, end))
      end = middle
    } else {
      path.push(tree.range(start, middle))
      start = middle
    }
  }
  return path.reverse()
}

/** SUBPROOF(m, D[n], true) for 0 < m < n, walked from the root down and returned from the leaf up. */
function consistencyPath(tree: SubtreeHashes, from: number, to: number): readonly Uint8Array[] {
  const path: Uint8Array[] = []
  let [start, end] = [0, to]
  // Whoever verifies holds the old root itself, so it is left out when it is a full subtree of the new tree.
  while (end !== from) {
    const middle = start + splitOf(end - start)
    if (from <= middle) {
      path.push(tree.range(middle, end))
      end = middle
    } else {
      path.push(tree.range(start, middle))
      start = middle
    }
  }
  if (start > 0) path.push(tree.range(start, end))
  return path.reverse()
}

/** The largest power of two below `length`, for length > 1. */
function splitOf(length: number): number {
  return 2 ** (31 - Math.clz32(length - 1))
}

function requireRange(least: number, value: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${value} is not between ${least} and ${most}`)
  }
}
