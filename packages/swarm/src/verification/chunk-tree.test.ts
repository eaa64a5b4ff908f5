import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChunkReceipt, Hash } from '../deal/objects.ts'
import { buildChunkTree, chunkOf, maxChunkTokens, parseLeafProof, verifyLeaf } from './chunk-tree.ts'
import { claimedLogprob, decodeLeaf, encodeLeaf, leafBytes, type TokenLeaf, toSurprisalMicro } from './token-leaf.ts'

const sampling = { temperatureMicro: 700_000, topK: 40, topPMicro: 950_000, minPMicro: 50_000 }
const leafAt = (index: number): TokenLeaf => ({ index, token: 1000 + index, surprisalMicro: 7 * index, sampling })
const leavesFrom = (first: number, count: number): readonly TokenLeaf[] =>
  Array.from({ length: count }, (_, at) => leafAt(first + at))

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
const share = fc.integer({ min: 0, max: 1_000_000 })
const anyLeaf: fc.Arbitrary<TokenLeaf> = fc.record({
  index: uint32,
  token: uint32,
  surprisalMicro: uint32,
  sampling: fc.record({ temperatureMicro: uint32, topK: uint32, topPMicro: share, minPMicro: share })
})

describe('token leaf', () => {
  it('has these bytes, in every version to come', () => {
    const bytes = encodeLeaf({ ...leafAt(3), surprisalMicro: 0x01020304 })
    const tag = bytesToHex(new TextEncoder().encode('unhosted token leaf 1\0'))
    expect(bytesToHex(bytes)).toBe(`${tag}00000003000003eb01020304000aae6000000028000e7ef00000c350`)
  })

  it('comes back as it went in, always with the same length', () => {
    fc.assert(
      fc.property(anyLeaf, (leaf) => {
        expect(encodeLeaf(leaf)).toHaveLength(leafBytes)
        expect(decodeLeaf(encodeLeaf(leaf))).toEqual(leaf)
      })
    )
  })

  it.each([
    ['a share above one', { ...leafAt(0), sampling: { ...sampling, topPMicro: 1_000_001 } }],
    ['a negative token', { ...leafAt(0), token: -1 }],
    ['a fraction', { ...leafAt(0), surprisalMicro: 0.5 }],
    ['an index past 32 bits', leafAt(2 ** 32)]
  ])('refuses %s', (_, leaf) => {
    expect(() => encodeLeaf(leaf)).toThrow(expect.objectContaining({ code: 'LEAF_MALFORMED' }))
  })

  it.each([
    ['too short', encodeLeaf(leafAt(1)).subarray(1)],
    ['too long', concatBytes(encodeLeaf(leafAt(1)), Uint8Array.of(0))],
    ['of another kind', encodeLeaf(leafAt(1)).with(0, 0)],
    ['out of bounds', encodeLeaf(leafAt(1)).fill(0xff, leafBytes - 4)]
  ])('refuses bytes that are %s', (_, bytes) => {
    expect(() => decodeLeaf(bytes)).toThrow(expect.objectContaining({ code: 'LEAF_MALFORMED' }))
  })

  it('holds a log-probability to a millionth', () => {
    expect(claimedLogprob({ ...leafAt(0), surprisalMicro: toSurprisalMicro(-1.23456789) })).toBe(-1.234568)
    expect(toSurprisalMicro(-0)).toBe(0)
    expect(toSurprisalMicro(Number.NEGATIVE_INFINITY)).toBe(0xffff_ffff)
  })

  it.each([0.1, Number.NaN])('%f is no log-probability', (value) => {
    expect(() => toSurprisalMicro(value)).toThrow(expect.objectContaining({ code: 'LEAF_MALFORMED' }))
  })
})

describe('chunk tree', () => {
  it('is the tree of RFC 6962, section 2.1', () => {
    const node = (...children: readonly Uint8Array[]) => sha256(concatBytes(Uint8Array.of(1), ...children))
    const [a, b, c] = leavesFrom(5, 3).map((leaf) => sha256(concatBytes(Uint8Array.of(0), encodeLeaf(leaf))))
    const root = node(node(a as Uint8Array, b as Uint8Array), c as Uint8Array)
    expect(buildChunkTree(5, leavesFrom(5, 3)).chunk).toEqual({
      leafRoot: `0x${bytesToHex(root)}`,
      firstIndex: 5,
      tokens: 3
    })
  })

  it('of no token has the root of the empty tree', () => {
    expect(buildChunkTree(9, []).chunk.leafRoot).toBe(`0x${bytesToHex(sha256(new Uint8Array(0)))}`)
  })

  it('opens each token, at its place only, and no other', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(), (first, count, at, other) => {
        const tree = buildChunkTree(first, leavesFrom(first, count))
        const proof = parseLeafProof(JSON.parse(JSON.stringify(tree.prove(first + (at % count)))))
        verifyLeaf(tree.chunk, proof)
        const lies = [
          { ...proof, leaf: { ...proof.leaf, token: proof.leaf.token ^ 1 } },
          { ...proof, leaf: { ...proof.leaf, surprisalMicro: proof.leaf.surprisalMicro + 1 } },
          { ...proof, leaf: { ...proof.leaf, index: proof.leaf.index + 1 + (other % count) } },
          { ...proof, path: [...proof.path, tree.chunk.leafRoot] },
          ...(proof.path.length === 0 ? [] : [{ ...proof, path: proof.path.slice(1) }])
        ]
        for (const lie of lies) expect(() => verifyLeaf(tree.chunk, lie)).toThrow(/not what the provider committed/)
      })
    )
  })

  it('does not open what it does not hold', () => {
    const tree = buildChunkTree(5, leavesFrom(5, 3))
    for (const index of [4, 8]) {
      expect(() => tree.prove(index)).toThrow(expect.objectContaining({ code: 'LEAF_NOT_IN_CHUNK' }))
    }
  })

  it.each([
    ['a gap', leavesFrom(0, 3).toSpliced(1, 1)],
    ['another first index', leavesFrom(1, 2)],
    ['too many tokens', leavesFrom(0, maxChunkTokens + 1)]
  ])('refuses %s', (_, leaves) => {
    expect(() => buildChunkTree(0, leaves)).toThrow(expect.objectContaining({ code: 'LEAF_MALFORMED' }))
  })

  it('takes its bounds from two receipts', () => {
    const root: Hash = `0x${'ab'.repeat(32)}`
    const receipt = { leafRoot: root, outTokens: 64 } as ChunkReceipt
    expect(chunkOf(null, receipt)).toEqual({ leafRoot: root, firstIndex: 0, tokens: 64 })
    expect(chunkOf(receipt, { ...receipt, outTokens: 100 })).toEqual({ leafRoot: root, firstIndex: 64, tokens: 36 })
  })

  it.each([
    ['no object', 'x'],
    ['an unknown field', { leaf: leafAt(0), path: [], more: 1 }],
    ['a path too long', { leaf: leafAt(0), path: Array(33).fill(`0x${'ab'.repeat(32)}`) }],
    ['upper case', { leaf: leafAt(0), path: [`0x${'AB'.repeat(32)}`] }]
  ])('a proof that is or has %s does not parse', (_, json) => {
    expect(() => parseLeafProof(json)).toThrow(expect.objectContaining({ code: 'LEAF_MALFORMED' }))
  })
})
