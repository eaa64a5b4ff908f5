/** One entry; entries whose hashes are the same hang on one another. */
class Leaf<V> {
  readonly hash: number
  readonly key: string
  readonly value: V
  readonly next: Leaf<V> | null

  constructor(hash: number, key: string, value: V, next: Leaf<V> | null) {
    this.hash = hash
    this.key = key
    this.value = value
    this.next = next
  }
}

/** Up to 32 children, packed: bit n of `bitmap` says that there is one for the digit n of the hash. */
class Branch<V> {
  readonly bitmap: number
  readonly children: readonly Node<V>[]

  constructor(bitmap: number, children: readonly Node<V>[]) {
    this.bitmap = bitmap
    this.children = children
  }
}

type Node<V> = Leaf<V> | Branch<V>

const bitsPerLevel = 5

/**
 * A map that never changes: `set` and `delete` return another one that shares all but the path to the entry
 * (hash array mapped trie, P. Bagwell, "Ideal Hash Trees", 2001). So a reducer over thousands of entries costs
 * a few hundred nanoseconds a step and every state it ever returned stays good.
 */
export class PersistentMap<V> {
  readonly #root: Node<V> | null

  private constructor(root: Node<V> | null) {
    this.#root = root
  }

  static empty<V>(): PersistentMap<V> {
    return new PersistentMap<V>(null)
  }

  get(key: string): V | undefined {
    const hash = hashOf(key)
    let node = this.#root
    for (let shift = 0; node instanceof Branch; shift += bitsPerLevel) {
      const bit = bitAt(hash, shift)
      if ((node.bitmap & bit) === 0) return undefined
      node = node.children[indexOf(node.bitmap, bit)] ?? null
    }
    for (let leaf = node; leaf !== null; leaf = leaf.next) if (leaf.key === key) return leaf.value
    return undefined
  }

  set(key: string, value: V): PersistentMap<V> {
    const leaf = new Leaf(hashOf(key), key, value, null)
    return new PersistentMap(this.#root === null ? leaf : inserted(this.#root, 0, leaf))
  }

  delete(key: string): PersistentMap<V> {
    if (this.#root === null) return this
    const root = removed(this.#root, 0, hashOf(key), key)
    return root === this.#root ? this : new PersistentMap(root)
  }

  /** In no order that means anything. */
  *[Symbol.iterator](): Generator<readonly [key: string, value: V]> {
    if (this.#root !== null) yield* walk(this.#root)
  }
}

function inserted<V>(node: Node<V>, shift: number, leaf: Leaf<V>): Node<V> {
  if (node instanceof Leaf) {
    if (node.hash !== leaf.hash) return split(node, leaf, shift)
    return new Leaf(leaf.hash, leaf.key, leaf.value, without(node, leaf.key))
  }
  const bit = bitAt(leaf.hash, shift)
  const index = indexOf(node.bitmap, bit)
  const child = node.children[index]
  const children = node.children.slice()
  if ((node.bitmap & bit) !== 0 && child !== undefined) {
    children[index] = inserted(child, shift + bitsPerLevel, leaf)
    return new Branch(node.bitmap, children)
  }
  children.splice(index, 0, leaf)
  return new Branch(node.bitmap | bit, children)
}

/** The smallest branch that holds two leaves of different hashes. */
function split<V>(a: Leaf<V>, b: Leaf<V>, shift: number): Branch<V> {
  const bitA = bitAt(a.hash, shift)
  const bitB = bitAt(b.hash, shift)
  if (bitA === bitB) return new Branch(bitA, [split(a, b, shift + bitsPerLevel)])
  // As unsigned: bit 31 makes a negative number.
  return new Branch(bitA | bitB, bitA >>> 0 < bitB >>> 0 ? [a, b] : [b, a])
}

function removed<V>(node: Node<V>, shift: number, hash: number, key: string): Node<V> | null {
  if (node instanceof Leaf) return node.hash === hash ? without(node, key) : node
  const bit = bitAt(hash, shift)
  if ((node.bitmap & bit) === 0) return node
  const index = indexOf(node.bitmap, bit)
  const child = node.children[index]
  if (child === undefined) return node
  const left = removed(child, shift + bitsPerLevel, hash, key)
  if (left === child) return node
  if (left !== null) return new Branch(node.bitmap, node.children.with(index, left))
  const children = node.children.toSpliced(index, 1)
  return children.length === 0 ? null : new Branch(node.bitmap & ~bit, children)
}

/** The chain that begins with `leaf`, less the entry `key`; the same chain where there is none. */
function without<V>(leaf: Leaf<V>, key: string): Leaf<V> | null {
  if (leaf.key === key) return leaf.next
  if (leaf.next === null) return leaf
  const next = without(leaf.next, key)
  return next === leaf.next ? leaf : new Leaf(leaf.hash, leaf.key, leaf.value, next)
}

function* walk<V>(node: Node<V>): Generator<readonly [string, V]> {
  if (node instanceof Branch) {
    for (const child of node.children) yield* walk(child)
    return
  }
  for (let leaf: Leaf<V> | null = node; leaf !== null; leaf = leaf.next) yield [leaf.key, leaf.value]
}

const bitAt = (hash: number, shift: number): number => 1 << ((hash >>> shift) & 31)

/** How many children come before the one of `bit`: a count of set bits (H. Warren, "Hacker's Delight", 5-1). */
function indexOf(bitmap: number, bit: number): number {
  let bits = bitmap & (bit - 1)
  bits -= (bits >>> 1) & 0x55555555
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** FNV-1a over UTF-16 units, 32 bits, with the last rounds of MurmurHash3 so that the low bits vary. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}
