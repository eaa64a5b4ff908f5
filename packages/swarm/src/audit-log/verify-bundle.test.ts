import { describe, expect, it } from 'vitest'
import { laneId } from '../deal/index.ts'
import * as deal from '../deal/testing/sample-deal.ts'
import { type Bundle, parseBundle, renderBundle } from './bundle.ts'
import { type Checkpoint, ledgerHead, signCheckpoint, withSignatures } from './checkpoint.ts'
import { cosign } from './cosignature.ts'
import { publicHalf } from './note-keys.ts'
import {
  bundleOf,
  everything,
  excerptOfAll,
  logKey,
  otherLogKey,
  type Step,
  sampleLog,
  trust,
  witnessKeys
} from './testing/sample-log.ts'
import type { AuditTrust } from './trust.ts'
import { verifyBundle } from './verify-bundle.ts'

const honestSteps: readonly Step[] = [
  { do: 'job', lane: 0, receipts: 3, verdict: true },
  { do: 'pay', lane: 0, micro: 5 },
  { do: 'job', lane: 1, receipts: 1, verdict: false },
  { do: 'pay', lane: 1, micro: 7 },
  { do: 'pay', lane: 0, micro: 2 }
]
const honest = sampleLog(honestSteps)
const bundle = bundleOf(honest, everything)
const excerpt = bundleOf(honest, excerptOfAll)

const bundleOfSteps = (...steps: readonly Step[]): Bundle => bundleOf(sampleLog(steps), everything)
const begin: Step = { do: 'write', kind: 'note', text: 'begin' }
const checkpoint: Step = { do: 'checkpoint', cosigned: 2 }
const head = ledgerHead(sampleLog([begin, checkpoint]).checkpoints[0]?.checkpoint as Checkpoint)

/** The last checkpoint of the honest log again, signed and cosigned as asked. */
const resigned = (change: Partial<Checkpoint>, times: readonly number[] = [deal.now + 900, deal.now + 900]): Bundle => {
  const checkpoint = { ...(honest.checkpoints.at(-1)?.checkpoint as Checkpoint), ...change }
  const lines = times.map((time, at) => cosign(checkpoint, time, witnessKeys[at] as (typeof witnessKeys)[0]))
  const note = withSignatures(signCheckpoint(checkpoint, logKey), lines)
  return {
    ...bundle,
    checkpoints: bundle.checkpoints.with(-1, { ...(bundle.checkpoints.at(-1) as Bundle['checkpoints'][0]), note })
  }
}
const openings = (change: (all: Bundle['openings']) => Bundle['openings']): Bundle => ({
  ...bundle,
  openings: change(bundle.openings)
})
const flippedRoot = (honest.checkpoints.at(-1) as (typeof honest.checkpoints)[0]).checkpoint.root.with(0, 0)

const cases: readonly [code: string, what: string, part: string, bundle: Bundle, against?: Partial<AuditTrust>][] = [
  ['AUDIT_BUNDLE_MALFORMED', 'another version', 'bundle', { ...bundle, version: 2 as 1 }],
  ['AUDIT_BUNDLE_MALFORMED', 'an unknown field', 'bundle', { ...bundle, more: 1 } as Bundle],
  [
    'AUDIT_BUNDLE_MALFORMED',
    'fields in another order',
    'bundle',
    Object.fromEntries(Object.entries(bundle).toReversed()) as unknown as Bundle
  ],
  ['AUDIT_BUNDLE_MALFORMED', 'no checkpoint', 'bundle', { ...bundle, checkpoints: [] }],
  [
    'AUDIT_BUNDLE_MALFORMED',
    'witnesses in another order',
    'key',
    { ...bundle, witnesses: bundle.witnesses.toReversed() }
  ],
  ['AUDIT_BUNDLE_MALFORMED', 'lanes in another order', 'lane', { ...bundle, lanes: bundle.lanes.toReversed() }],
  ['AUDIT_BUNDLE_MALFORMED', 'a lane that nothing names', 'lane', { ...bundle, openings: [] }],
  ['AUDIT_BUNDLE_MALFORMED', 'a panel that nothing names', 'panel', { ...bundleOfSteps(begin), panels: bundle.panels }],
  ['AUDIT_BUNDLE_MALFORMED', 'openings in another order', 'opening', openings((all) => all.toReversed())],
  ['AUDIT_BUNDLE_MALFORMED', 'a proof where all entries are', 'opening', { ...bundle, openings: excerpt.openings }],
  ['AUDIT_BUNDLE_MALFORMED', 'no proof in an excerpt', 'opening', { ...excerpt, openings: bundle.openings }],
  ['AUDIT_KEY_MALFORMED', 'a witness key that is none', 'key', { ...bundle, witnesses: ['x'] }],
  ['AUDIT_KEY_UNTRUSTED', 'another log', 'key', bundle, { log: publicHalf(otherLogKey) }],
  [
    'AUDIT_NOTE_MALFORMED',
    'a checkpoint that is none',
    'checkpoint',
    { ...bundle, checkpoints: [{ note: 'x', consistency: [] }] }
  ],
  [
    'AUDIT_ORIGIN_WRONG',
    'a checkpoint of another log',
    'checkpoint',
    { ...bundle, checkpoints: bundleOf(sampleLog([begin], otherLogKey), everything).checkpoints }
  ],
  [
    'AUDIT_SIGNATURE_INVALID',
    'a witness that is not named',
    'cosignature',
    { ...bundle, witnesses: bundle.witnesses.slice(1) }
  ],
  [
    'AUDIT_SIGNATURE_INVALID',
    'a size that was not signed',
    'checkpoint',
    {
      ...bundle,
      checkpoints: bundle.checkpoints.map((one) => ({ ...one, note: one.note.replace(/\n\d+\n/, '\n1\n') }))
    }
  ],
  ['AUDIT_WITNESS_MISSING', 'one cosignature where two are wanted', 'checkpoint', resigned({}, [deal.now])],
  ['AUDIT_WITNESS_MISSING', 'witnesses that are not trusted', 'checkpoint', bundle, { witnesses: [] }],
  [
    'AUDIT_WITNESS_CONTRADICTS',
    'less seen later',
    'cosignature',
    { ...bundleOf(sampleLog([begin, checkpoint]), everything), checkpoints: backInTime() }
  ],
  ['AUDIT_WITNESS_CONTRADICTS', 'a time to come', 'cosignature', resigned({}, [trust.now + 301, deal.now + 900])],
  ['AUDIT_SIZE_WRONG', 'an entry missing', 'checkpoint', { ...bundle, entries: bundle.entries?.slice(0, -1) ?? null }],
  [
    'AUDIT_SIZE_WRONG',
    'an entry under no checkpoint',
    'checkpoint',
    { ...bundle, entries: [...(bundle.entries ?? []), head] }
  ],
  [
    'AUDIT_SIZE_WRONG',
    'a checkpoint twice',
    'checkpoint',
    { ...bundle, checkpoints: [bundle.checkpoints[0], ...bundle.checkpoints] as Bundle['checkpoints'] }
  ],
  ['AUDIT_ROOT_WRONG', 'an entry changed', 'checkpoint', { ...bundle, entries: bundle.entries?.with(0, head) ?? null }],
  [
    'AUDIT_INCONSISTENT',
    'no proof of growth',
    'checkpoint',
    { ...bundle, checkpoints: bundle.checkpoints.map((one) => ({ ...one, consistency: [] })) }
  ],
  ['AUDIT_INCONSISTENT', 'another root, signed by all', 'checkpoint', resigned({ root: flippedRoot })],
  [
    'AUDIT_FORKED',
    'another root than was seen',
    'checkpoint',
    bundle,
    { seen: { origin: logKey.name, size: 3, root: flippedRoot } }
  ],
  ['AUDIT_FORKED', 'two roots of one size', 'checkpoint', twoRoots()],
  [
    'AUDIT_ROLLED_BACK',
    'less than was seen',
    'checkpoint',
    bundle,
    { seen: { origin: logKey.name, size: 99, root: flippedRoot } }
  ],
  [
    'AUDIT_SEEN_UNPROVEN',
    'an excerpt without what was seen',
    'checkpoint',
    excerpt,
    { seen: { origin: logKey.name, size: 1, root: flippedRoot } }
  ],
  [
    'AUDIT_OPENING_WRONG',
    'a salt of another entry',
    'opening',
    openings((all) => all.map((one) => ({ ...one, salt: all[0]?.salt ?? '0x' })))
  ],
  [
    'AUDIT_OPENING_WRONG',
    'an entry beyond the log',
    'opening',
    openings((all) => all.with(-1, { ...(all.at(-1) as Bundle['openings'][0]), index: 99 }))
  ],
  [
    'AUDIT_OPENING_WRONG',
    'a proof of another entry',
    'opening',
    {
      ...excerpt,
      openings: excerpt.openings.map((one) => ({ ...one, inclusion: excerpt.openings[0]?.inclusion ?? null }))
    }
  ],
  [
    'AUDIT_PAYLOAD_MALFORMED',
    'half of a surrogate pair',
    'opening',
    openings((all) => all.with(0, { ...(all[0] as Bundle['openings'][0]), payload: '\ud800' }))
  ],
  [
    'AUDIT_PAYLOAD_MALFORMED',
    'more bytes than a payload has',
    'opening',
    openings((all) => all.with(0, { ...(all[0] as Bundle['openings'][0]), payload: '\u20ac'.repeat(6000) }))
  ]
]

function backInTime(): Bundle['checkpoints'] {
  const made = bundleOf(sampleLog([begin, checkpoint]), everything).checkpoints
  const early = sampleLog([begin, checkpoint]).checkpoints[0]?.checkpoint as Checkpoint
  const line = cosign(early, deal.now + 50, witnessKeys[0] as (typeof witnessKeys)[0])
  return made.with(0, { note: withSignatures(signCheckpoint(early, logKey), [line]), consistency: [] })
}

function twoRoots(): Bundle {
  const [one] = bundle.checkpoints as [Bundle['checkpoints'][0]]
  const checkpoint = { ...(honest.checkpoints[0]?.checkpoint as Checkpoint), root: flippedRoot }
  const other = { note: withSignatures(signCheckpoint(checkpoint, logKey), []), consistency: [] }
  return { ...bundle, checkpoints: [one, other] }
}

describe('a bundle', () => {
  it('verifies when nothing is wrong, and says what was verified', () => {
    const verdict = verifyBundle(renderBundle(bundle), { ...trust, seen: honest.checkpoints[1]?.checkpoint ?? null })
    expect(verdict).toMatchObject({
      ok: true,
      verified: {
        checkpoint: { size: 13 },
        checkpoints: 4,
        cosignatures: 2,
        witnessedAt: deal.now + 13,
        entries: 13,
        opened: { quote: 2, job: 2, receipt: 4, voucher: 3, verdict: 1, budget: 0, audit: 0, note: 1 },
        signatures: 12
      }
    })
    if (verdict.ok)
      expect(new Map(verdict.verified.lanes.map((one) => [one.laneId, one.cumulative])).get(laneId(deal.lane))).toBe(7n)
  })

  it('verifies as an excerpt, and with nothing shown', () => {
    expect(verifyBundle(renderBundle(excerpt), trust)).toMatchObject({
      ok: true,
      verified: { entries: 0, signatures: 12 }
    })
    const silent = bundleOf(honest, { excerpt: false, shows: () => false })
    expect(verifyBundle(renderBundle(silent), trust)).toMatchObject({
      ok: true,
      verified: { entries: 13, signatures: 0 }
    })
  })

  it.each(cases)('%s: %s', (code, _, part, bundle, against = {}) => {
    const verdict = verifyBundle(JSON.stringify(bundle), { ...trust, ...against })
    if (verdict.ok) expect.fail('it verified')
    expect(verdict.error.code).toBe(code)
    expect(verdict.error.details).toMatchObject({ part, expected: expect.any(String), found: expect.any(String) })
    expect(verdict.error.message).toMatch(/^.+ is wrong: expected .+, found .+\.$/s)
    expect(verdict.error.advice).toMatch(/^[A-Z].*\.$/)
  })

  it('names no witness that cosigned nothing', () => {
    const verdict = verifyBundle(JSON.stringify(resigned({}, [deal.now + 900])), { ...trust, quorum: 1 })
    expect(verdict).toMatchObject({ error: { code: 'AUDIT_BUNDLE_MALFORMED', details: { part: 'key', index: 1 } } })
  })

  it('names the first of two things that are wrong', () => {
    const two = { ...bundle, entries: bundle.entries?.with(0, head) ?? null, openings: bundle.openings.toReversed() }
    expect(verifyBundle(JSON.stringify(two), trust)).toMatchObject({
      error: { code: 'AUDIT_ROOT_WRONG', details: { part: 'checkpoint', index: 0 } }
    })
  })

  it.each([
    ['nothing', ''],
    ['null', 'null'],
    ['deep arrays', '['.repeat(200_000)],
    ['a deep lane', renderBundle(bundle).replace('"lanes":[', `"lanes":[${'['.repeat(50_000)}${']'.repeat(50_000)},`)],
    [
      'a deep payload',
      JSON.stringify(
        bundleOfSteps({ do: 'raw', kind: 'note', payload: `{"a":${'['.repeat(8000)}${']'.repeat(8000)}}` })
      ).slice(1)
    ],
    ['its text twice', renderBundle(bundle).repeat(2)],
    ['a blank', ` ${renderBundle(bundle)}`],
    ['a field twice', renderBundle(bundle).replace('{', '{"version":1,')]
  ])('is malformed, and nothing worse, when it is %s', (_, text) => {
    expect(verifyBundle(text, trust)).toMatchObject({ ok: false, error: { code: 'AUDIT_BUNDLE_MALFORMED' } })
  })

  it('comes out of its text as it went in', () => {
    expect(parseBundle(renderBundle(excerpt))).toEqual(excerpt)
  })
})
