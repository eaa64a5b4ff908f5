import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signCheckpoint } from './checkpoint.ts'
import { createMerkleLog, type MerkleLog } from './merkle-log.ts'
import { publicHalf } from './note-keys.ts'
import { renderNote } from './signed-note.ts'
import { logKey, otherLogKey } from './testing/sample-log.ts'
import { judgeCheckpoint, type WitnessRecord, type WitnessRefusal } from './witness.ts'

const entries = (count: number, label = 0): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => Uint8Array.of(label, index))
const honest = createMerkleLog(entries(20))
const forked = createMerkleLog([...entries(4), ...entries(16, 1)])
const log = publicHalf(logKey)

const ask = (from: MerkleLog, oldSize: number, size: number) => ({
  note: renderNote(signCheckpoint({ origin: logKey.name, size, root: from.root(size) }, logKey)),
  oldSize,
  proof: oldSize <= size ? from.consistencyProof(oldSize, size) : []
})
const known: WitnessRecord = { size: 7, root: honest.root(7), time: 100 }

describe('a witness', () => {
  it.each([
    ['the first checkpoint it sees', null, ask(honest, 0, 7)],
    ['an empty log', null, ask(honest, 0, 0)],
    ['what it has seen, again', known, ask(honest, 7, 7)],
    ['what grew from it', known, ask(honest, 7, 20)]
  ])('cosigns %s', (_, known, request) => {
    const decision = judgeCheckpoint({ log, known, now: 100 }, request)
    expect(decision).toMatchObject({ cosign: true, record: { time: 100 } })
  })

  it.each<[WitnessRefusal, string, WitnessRecord | null, ReturnType<typeof ask>, number]>([
    ['invalid', 'text', known, { ...ask(honest, 7, 20), note: 'hello' }, 100],
    [
      'invalid',
      'a changed size',
      known,
      { ...ask(honest, 7, 20), note: ask(honest, 7, 20).note.replace('20', '19') },
      100
    ],
    ['shrunk', 'a smaller log', known, ask(honest, 0, 3), 100],
    ['forked', 'another log of the same size', known, ask(forked, 7, 7), 100],
    ['stale', 'a proof from what others saw', known, ask(honest, 5, 20), 100],
    ['stale', 'a proof from nothing', known, ask(honest, 0, 20), 100],
    ['unproven', 'another history that is longer', known, ask(forked, 7, 20), 100],
    ['unproven', 'no proof', known, { ...ask(honest, 7, 20), proof: [] }, 100],
    ['unproven', 'a proof where none is needed', null, { ...ask(honest, 0, 7), proof: [honest.root(1)] }, 100],
    ['clock', 'a clock that went back', known, ask(honest, 7, 20), 99]
  ])('says %s to %s', (reason, _, known, request, now) => {
    const decision = judgeCheckpoint({ log, known, now }, request)
    expect(decision).toMatchObject({ cosign: false, reason })
    if (!decision.cosign) expect(decision.error === null).toBe(reason !== 'invalid')
  })

  it('does not follow another log', () => {
    const facts = { log: publicHalf(otherLogKey), known: null, now: 100 }
    expect(judgeCheckpoint(facts, ask(honest, 0, 7))).toMatchObject({ reason: 'invalid' })
  })

  it('never cosigns two histories, whatever it is asked in whatever order', () => {
    const request = fc.record({
      from: fc.constantFrom(honest, forked),
      sizes: fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }))
    })
    fc.assert(
      fc.property(fc.array(request, { maxLength: 12 }), (requests) => {
        let known: WitnessRecord | null = null
        const signed: WitnessRecord[] = []
        for (const [now, { from, sizes }] of requests.entries()) {
          const decision = judgeCheckpoint({ log, known, now }, ask(from, ...sizes))
          if (!decision.cosign) continue
          known = decision.record
          signed.push(known)
        }
        const histories = [honest, forked].filter((log) =>
          signed.every(({ size, root }) => Buffer.from(log.root(size)).equals(Buffer.from(root)))
        )
        expect(histories.length).toBeGreaterThan(0)
        expect(signed.map(({ size }) => size)).toEqual(signed.map(({ size }) => size).toSorted((a, b) => a - b))
      }),
      { numRuns: 60 }
    )
  }, 30_000)
})
