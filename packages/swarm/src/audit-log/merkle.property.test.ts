import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leafHash } from './hash.ts'
import { appendLeaf, emptyHead, headRoot, maxLogSize } from './merkle-head.ts'
import { createMerkleLog } from './merkle-log.ts'
import { verifyConsistency, verifyInclusion } from './verify-proof.ts'

// The recursive definitions of RFC 6962, section 2.1, word for word and as slow as they are.

type Entries = readonly Uint8Array[]

const split = (n: number): number => {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

function mth(d: Entries): Uint8Array {
  const [first] = d
  if (first === undefined) return sha256(new Uint8Array(0))
  if (d.length === 1) return sha256(concatBytes(Uint8Array.of(0), first))
  const k = split(d.length)
  return sha256(concatBytes(Uint8Array.of(1), mth(d.slice(0, k)), mth(d.slice(k))))
}

function path(m: number, d: Entries): Entries {
  if (d.length === 1) return []
  const k = split(d.length)
  return m < k ? [...path(m, d.slice(0, k)), mth(d.slice(k))] : [...path(m - k, d.slice(k)), mth(d.slice(0, k))]
}

function subproof(m: number, d: Entries, b: boolean): Entries {
  if (m === d.length) return b ? [] : [mth(d)]
  const k = split(d.length)
  return m <= k
    ? [...subproof(m, d.slice(0, k), b), mth(d.slice(k))]
    : [...subproof(m - k, d.slice(k), false), mth(d.slice(0, k))]
}

const entries = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 70 })
const twoSizes = entries.chain((d) =>
  fc.tuple(fc.constant(d), fc.integer({ min: 1, max: d.length }), fc.integer({ min: 1, max: d.length }))
)
/** No two entries alike: proofs of equal entries may well be the same. */
const twoSizesOfDistinct = twoSizes.map(
  ([d, a, b]) => [d.map((entry, index) => concatBytes(Uint8Array.of(index), entry)), a, b] as const
)
const hex = (hashes: Entries): readonly string[] => hashes.map(bytesToHex)

/** Every way to spoil a proof in one place: a bit of a hash, a hash more, a hash less, two swapped. */
function spoiled(proof: Entries, bit: number): readonly Entries[] {
  const flipped = proof.map((_, at) =>
    proof.map((hash, index) =>
      index === at ? hash.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)) : hash
    )
  )
  const dropped = proof.map((_, at) => proof.filter((_, index) => index !== at))
  const extra = [...proof, new Uint8Array(32)].map((_, at) => [
    ...proof.slice(0, at),
    sha256(Uint8Array.of(at)),
    ...proof.slice(at)
  ])
  const swapped = proof.length > 1 ? [[...proof.slice(1), proof[0] as Uint8Array]] : []
  return [...flipped, ...dropped, ...extra, ...swapped]
}

describe('a Merkle log', () => {
  it('has the roots and proofs that the RFC defines, at every size it ever had', () => {
    fc.assert(
      fc.property(twoSizes, ([d, a, b]) => {
        const log = createMerkleLog(d)
        const [from, to] = a <= b ? [a, b] : [b, a]
        const then = d.slice(0, to)
        expect(bytesToHex(log.root(to))).toBe(bytesToHex(mth(then)))
        expect(hex(log.inclusionProof(from - 1, to))).toEqual(hex(path(from - 1, then)))
        expect(hex(log.consistencyProof(from, to))).toEqual(hex(subproof(from, then, true)))
      })
    )
  })

  it('has the same root when only its peaks are kept', () => {
    fc.assert(
      fc.property(entries, (d) => {
        let head = emptyHead
        for (const [index, entry] of d.entries()) {
          head = appendLeaf(head, leafHash(entry))
          expect(head.size).toBe(index + 1)
          expect(head.peaks.length).toBeLessThanOrEqual(Math.ceil(Math.log2(head.size + 1)))
        }
        expect(bytesToHex(headRoot(head))).toBe(bytesToHex(mth(d)))
      })
    )
  })

  it('proves what is in it, and nothing else', () => {
    fc.assert(
      fc.property(twoSizesOfDistinct, fc.nat(255), ([d, a, b], bit) => {
        const [index, size] = a <= b ? [a - 1, b] : [b - 1, a]
        const log = createMerkleLog(d)
        const claim = {
          index,
          size,
          root: log.root(size),
          leaf: leafHash(d[index] as Uint8Array),
          proof: log.inclusionProof(index, size)
        }
        expect(verifyInclusion(claim)).toBe(true)
        for (const proof of spoiled(claim.proof, bit)) expect(verifyInclusion({ ...claim, proof })).toBe(false)
        for (let other = -1; other <= size; other += 1) {
          if (other !== index) expect(verifyInclusion({ ...claim, index: other }), `${other}`).toBe(false)
        }
        expect(verifyInclusion({ ...claim, leaf: sha256(claim.leaf) })).toBe(false)
        expect(verifyInclusion({ ...claim, root: sha256(claim.root) })).toBe(false)
      }),
      { numRuns: 60 }
    )
  })

  it('proves that it only grew, and no other history', () => {
    fc.assert(
      fc.property(twoSizesOfDistinct, fc.nat(255), ([d, a, b], bit) => {
        const [from, to] = a <= b ? [a, b] : [b, a]
        const log = createMerkleLog(d)
        const claim = {
          from,
          to,
          fromRoot: log.root(from),
          toRoot: log.root(to),
          proof: log.consistencyProof(from, to)
        }
        expect(verifyConsistency(claim)).toBe(true)
        for (const proof of spoiled(claim.proof, bit)) expect(verifyConsistency({ ...claim, proof })).toBe(false)
        expect(verifyConsistency({ ...claim, fromRoot: sha256(claim.fromRoot) })).toBe(false)
        expect(verifyConsistency({ ...claim, toRoot: sha256(claim.toRoot) })).toBe(false)
        expect(verifyConsistency({ ...claim, from: to, to: from })).toBe(from === to)
      }),
      { numRuns: 60 }
    )
  })

  it('that was rewritten has no proof back to what it was', () => {
    fc.assert(
      fc.property(twoSizes, fc.nat(), ([d, a, b], at) => {
        const [from, to] = a <= b ? [a, b] : [b, a]
        const rewritten = d.slice(0, to)
        rewritten[at % from] = sha256(rewritten[at % from] as Uint8Array)
        const [before, after] = [createMerkleLog(d), createMerkleLog(rewritten)]
        const [fromRoot, toRoot] = [before.root(from), after.root(to)]
        for (const log of [before, after]) {
          const proof = log.consistencyProof(from, to)
          expect(verifyConsistency({ from, to, fromRoot, toRoot, proof })).toBe(false)
        }
      })
    )
  })

  it('grows from the empty log without a proof', () => {
    const log = createMerkleLog([Uint8Array.of(1)])
    const claim = { from: 0, to: 1, fromRoot: log.root(0), toRoot: log.root(1), proof: log.consistencyProof(0, 1) }
    expect(verifyConsistency(claim)).toBe(true)
    expect(verifyConsistency({ ...claim, fromRoot: log.root(1) })).toBe(false)
    expect(verifyConsistency({ ...claim, to: 0, toRoot: log.root(0) })).toBe(true)
    expect(verifyConsistency({ ...claim, to: 0, fromRoot: log.root(1) })).toBe(false)
  })

  it.each([
    ['a root of the future', () => createMerkleLog().root(1)],
    ['the proof of an entry that is not there', () => createMerkleLog([Uint8Array.of(1)]).inclusionProof(1, 1)],
    ['the proof of an entry of no log', () => createMerkleLog().inclusionProof(0, 0)],
    ['a history that shrinks', () => createMerkleLog([Uint8Array.of(1)]).consistencyProof(1, 0)],
    ['half an entry', () => createMerkleLog([Uint8Array.of(1)]).root(0.5)],
    ['more entries than it can count', () => appendLeaf({ size: maxLogSize, peaks: [] }, new Uint8Array(32))]
  ])('refuses %s', (_, work) => {
    expect(work).toThrow(RangeError)
  })

  it('refuses sizes out of bounds without a hash', () => {
    const root = new Uint8Array(32)
    const wild = [-1, 0.5, Number.NaN, 2 ** 31, 2 ** 53, Number.POSITIVE_INFINITY]
    for (const size of wild) {
      expect(verifyInclusion({ index: 0, size, root, leaf: root, proof: [] })).toBe(false)
      expect(verifyInclusion({ index: size, size: 1, root, leaf: root, proof: [] })).toBe(false)
      expect(verifyConsistency({ from: size, to: size, fromRoot: root, toRoot: root, proof: [] })).toBe(false)
      expect(verifyConsistency({ from: 1, to: size, fromRoot: root, toRoot: root, proof: [] })).toBe(false)
    }
  })

  it('keeps its answers when its caller writes over them', () => {
    const log = createMerkleLog([Uint8Array.of(1), Uint8Array.of(2)])
    const before = bytesToHex(log.root(2))
    log.root(2).fill(0)
    log.inclusionProof(0, 2)[0]?.fill(0)
    expect(bytesToHex(log.root(2))).toBe(before)
  })
})
