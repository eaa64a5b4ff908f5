import { readFileSync } from 'node:fs'
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildBundle } from './build-bundle.ts'
import { renderBundle } from './bundle.ts'
import { ledgerHead, signCheckpoint, withSignatures } from './checkpoint.ts'
import { commitment, type EntryKind, entryKinds, type Opening } from './commitment.ts'
import { cosign } from './cosignature.ts'
import { leafHash } from './hash.ts'
import { createMerkleLog } from './merkle-log.ts'
import { publicHalf, type SigningKey } from './note-keys.ts'
import { trust } from './testing/sample-log.ts'
import { verifyBundle } from './verify-bundle.ts'

const page = readFileSync(new URL('../../../../swarm/docs/audit-log.md', import.meta.url), 'utf8')
const short = (hash: Uint8Array): string => `${bytesToHex(hash).slice(0, 8)}...${bytesToHex(hash).slice(-8)}`

const log: SigningKey = { name: 'ledger.example/ada', role: 'log', seed: new Uint8Array(32).fill(1) }
const witness: SigningKey = { name: 'witness.example/w1', role: 'witness', seed: new Uint8Array(32).fill(2) }
const payloads = ['{"text":"a"}', '{"text":"b"}', '{"text":"c"}']
const salts = ['00', '11', '22'].map((byte) => hexToBytes(byte.repeat(16)))
const entries = payloads.map((payload, at) =>
  commitment({ kind: 'note', salt: salts[at] as Uint8Array, payload: utf8ToBytes(payload) })
)
const tree = createMerkleLog(entries)
const checkpointOf = (size: number) => ({ origin: log.name, size, root: tree.root(size) })
const noteOf = (size: number): string =>
  withSignatures(signCheckpoint(checkpointOf(size), log), [cosign(checkpointOf(size), 1_800_000_000 + size, witness)])

describe('the worked example of the documentation', () => {
  it.each(entries.map((entry, at) => [at, entry] as const))('has entry %i and its leaf', (at, entry) => {
    expect(page).toContain(`| ${at} | \`${payloads[at]}\` | \`${short(entry)}\` | \`${short(leafHash(entry))}\` |`)
  })

  it('has both roots, the note and the head', () => {
    expect(page).toContain(`\`${short(tree.root(2))}\``)
    expect(page).toContain(`\`${short(tree.root(3))}\``)
    expect(page).toContain(noteOf(3))
    expect(page).toContain(`\`${ledgerHead(checkpointOf(3)).slice(2)}\``)
    const [one, two] = entries.slice(1).map(leafHash)
    expect(tree.inclusionProof(0, 3)).toEqual([one, two])
    expect(tree.consistencyProof(2, 3)).toEqual([two])
  })

  it('has what is said of a changed payload', () => {
    const shown = [{ index: 0, kind: 'note' as const, salt: salts[0] as Uint8Array, payload: payloads[0] as string }]
    const keys = { log: publicHalf(log), witnesses: [publicHalf(witness)] }
    const checkpoints = [noteOf(2), noteOf(3)]
    const text = renderBundle(
      buildBundle({ ...keys, lanes: [], panels: [], checkpoints, entries, shown, excerpt: true })
    )
    expect(verifyBundle(text, { ...trust, ...keys, quorum: 1 })).toMatchObject({ ok: true })
    const verdict = verifyBundle(text.replace('\\"a\\"', '\\"z\\"'), { ...trust, ...keys, quorum: 1 })
    if (verdict.ok) expect.fail('it verified')
    expect(page).toContain(`> ${verdict.error.code}: ${verdict.error.message}`)
  })
})

describe('a commitment', () => {
  const opening: fc.Arbitrary<Opening> = fc.record({
    kind: fc.constantFrom(...(Object.keys(entryKinds) as EntryKind[])),
    salt: fc.uint8Array({ minLength: 16, maxLength: 32 }),
    payload: fc.uint8Array({ maxLength: 64 })
  })

  it('is of one opening only', () => {
    fc.assert(
      fc.property(opening, opening, (a, b) => {
        const same =
          a.kind === b.kind &&
          bytesToHex(a.salt) === bytesToHex(b.salt) &&
          bytesToHex(a.payload) === bytesToHex(b.payload)
        expect(bytesToHex(commitment(a)) === bytesToHex(commitment(b))).toBe(same)
      })
    )
  })

  it('does not take bytes of the payload for salt', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 64 }), fc.integer({ min: 16, max: 31 }), (bytes, cut) => {
        const at = (end: number) => commitment({ kind: 'note', salt: bytes.slice(0, end), payload: bytes.slice(end) })
        expect(at(cut)).not.toEqual(at(cut + 1))
      })
    )
  })

  it.each([
    ['a short salt', { kind: 'note' as const, salt: new Uint8Array(15), payload: new Uint8Array(1) }],
    ['a long salt', { kind: 'note' as const, salt: new Uint8Array(33), payload: new Uint8Array(1) }],
    ['a long payload', { kind: 'note' as const, salt: new Uint8Array(16), payload: new Uint8Array(16_385) }]
  ])('is refused for %s', (_, opening) => {
    expect(() => commitment(opening)).toThrow(RangeError)
  })
})
