import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { emptyRoot, leafHash } from './hash.ts'
import { appendLeaf, emptyHead, headRoot } from './merkle-head.ts'
import { createMerkleLog } from './merkle-log.ts'
import { verifyConsistency, verifyInclusion } from './verify-proof.ts'

// The log of eight leaves by which implementations of Certificate Transparency check each other:
// github.com/google/certificate-transparency, python/ct/crypto/merkle_test.py, and
// github.com/google/trillian, merkle/log_verifier_test.go.
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  hexToBytes
)

const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'
]

const inclusion: readonly [index: number, size: number, proof: readonly string[]][] = [
  [0, 1, []],
  [
    0,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4'
    ]
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'
    ]
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    1,
    5,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b'
    ]
  ]
]

const consistency: readonly [from: number, to: number, proof: readonly string[]][] = [
  [1, 1, []],
  [
    1,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4'
    ]
  ],
  [
    6,
    8,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'
    ]
  ],
  [
    2,
    5,
    [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b'
    ]
  ]
]

const rootOf = (size: number): Uint8Array => hexToBytes(roots[size] ?? '')
const leafOf = (index: number): Uint8Array => leafHash(leaves[index] ?? new Uint8Array(0))

describe('the published log of eight leaves', () => {
  const log = createMerkleLog(leaves)

  it.each(roots.map((root, size) => [size, root] as const))('has the published root at size %i', (size, root) => {
    expect(bytesToHex(log.root(size))).toBe(root)
    expect(bytesToHex(headRoot(leaves.slice(0, size).map(leafHash).reduce(appendLeaf, emptyHead)))).toBe(root)
  })

  it('begins with the hash of nothing', () => {
    expect(bytesToHex(emptyRoot)).toBe(roots[0])
  })

  it.each(inclusion)('has the published proof that %i is in the first %i', (index, size, proof) => {
    expect(log.inclusionProof(index, size).map(bytesToHex)).toEqual(proof)
    const claim = { index, size, root: rootOf(size), leaf: leafOf(index), proof: proof.map(hexToBytes) }
    expect(verifyInclusion(claim)).toBe(true)
  })

  it.each(consistency)('has the published proof that %i entries grew to %i', (from, to, proof) => {
    expect(log.consistencyProof(from, to).map(bytesToHex)).toEqual(proof)
    const claim = { from, to, fromRoot: rootOf(from), toRoot: rootOf(to), proof: proof.map(hexToBytes) }
    expect(verifyConsistency(claim)).toBe(true)
  })
})

// RFC 6962, section 2.1.3: the audit paths and consistency proofs of the example with 7 leaves, by node name.
describe('the example of RFC 6962', () => {
  const hashed = (index: number): Uint8Array => leafOf(index)
  const log = createMerkleLog(leaves.slice(0, 7))
  const sub = (start: number, end: number): string =>
    bytesToHex(createMerkleLog(leaves.slice(start, end)).root(end - start))
  const [b, c, f, j] = [hashed(1), hashed(2), hashed(5), hashed(6)].map(bytesToHex)
  const [d, a, e] = [hashed(3), hashed(0), hashed(4)].map(bytesToHex)
  const [g, h, i, k, l] = [sub(0, 2), sub(2, 4), sub(4, 6), sub(0, 4), sub(4, 7)]

  it.each([
    ['d0', 0, [b, h, l]],
    ['d3', 3, [c, g, l]],
    ['d4', 4, [f, j, k]],
    ['d6', 6, [i, k]]
  ])('has the audit path of %s', (_, index, path) => {
    expect(log.inclusionProof(index, 7).map(bytesToHex)).toEqual(path)
  })

  it.each([
    ['hash0', 3, [c, d, g, l]],
    ['hash1', 4, [l]],
    ['hash2', 6, [i, j, k]]
  ])('has the consistency proof from %s', (_, from, path) => {
    expect(log.consistencyProof(from, 7).map(bytesToHex)).toEqual(path)
  })

  it('names its leaves as the RFC does', () => {
    expect(log.inclusionProof(1, 2).map(bytesToHex)).toEqual([a])
    expect(log.inclusionProof(5, 6).map(bytesToHex)).toEqual([e, k])
  })
})
