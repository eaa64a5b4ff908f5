import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bundle, parseBundle, renderBundle } from './bundle.ts'
import { fromHex, toHex } from './hex.ts'
import { publicHalf } from './note-keys.ts'
import {
  type BundleChoice,
  bundleOf,
  everything,
  excerptOfAll,
  logKey,
  otherLogKey,
  type SampleLog,
  type Step,
  sampleLog,
  trust
} from './testing/sample-log.ts'
import { verifyBundle } from './verify-bundle.ts'

const lane = fc.constantFrom(0 as const, 1 as const)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      kind: fc.constantFrom('budget' as const, 'audit' as const, 'note' as const),
      text: fc.string({ unit: 'grapheme', maxLength: 20 })
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('job' as const),
      lane,
      receipts: fc.integer({ min: 0, max: 3 }),
      verdict: fc.boolean()
    })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pay' as const), lane, micro: fc.nat(1000) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('checkpoint' as const), cosigned: fc.integer({ min: 0, max: 2 }) })
  }
)
/** Size 0 has no checkpoint in a bundle, so something is written first. */
const steps = fc
  .array(step, { minLength: 1, maxLength: 7 })
  .map((all): Step[] => [{ do: 'write', kind: 'note', text: 'begin' }, ...all])
const choice = fc.constantFrom<BundleChoice>(everything, excerptOfAll, {
  excerpt: false,
  shows: ({ kind, index }) => kind !== 'note' || index % 2 === 0
})
const samples = fc.record({ steps, choice }).map(({ steps, choice }) => {
  const sample = sampleLog(steps)
  return { steps, sample, bundle: bundleOf(sample, choice) }
})

const codeOf = (text: string, against = trust): string | null => {
  const verdict = verifyBundle(text, against)
  return verdict.ok ? null : verdict.error.code
}
const expectFound = (changed: Bundle, against = trust): void => {
  expect(codeOf(JSON.stringify(changed), against)).toMatch(/^AUDIT_/)
}
const without = <T>(items: readonly T[], at: number): readonly T[] => items.filter((_, index) => index !== at)
const swapped = <T>(items: readonly T[], a: number, b: number): readonly T[] =>
  items.map((item, index) => (index === a ? items[b] : index === b ? items[a] : item) as T)
const decoder = new TextDecoder()
const encoder = new TextEncoder()
const runs = { numRuns: 15 }
const patience = 60_000

describe('a bundle of whatever a log may hold', () => {
  it(
    'verifies, with everything counted',
    () => {
      fc.assert(
        fc.property(samples, ({ sample, bundle }) => {
          const text = renderBundle(bundle)
          expect(parseBundle(text)).toEqual(bundle)
          const verdict = verifyBundle(text, trust)
          if (!verdict.ok) throw verdict.error
          const { verified } = verdict
          expect(verified.checkpoint).toEqual(sample.checkpoints.at(-1)?.checkpoint)
          expect(verified.checkpoints).toBe(sample.checkpoints.length)
          expect(verified.entries).toBe(bundle.entries?.length ?? 0)
          expect(Object.values(verified.opened).reduce((a, b) => a + b)).toBe(bundle.openings.length)
        }),
        runs
      )
    },
    patience
  )

  it(
    'is refused with any bit flipped',
    () => {
      fc.assert(
        fc.property(samples, fc.nat(), fc.nat(7), ({ bundle }, at, bit) => {
          const bytes = encoder.encode(renderBundle(bundle))
          const place = at % bytes.length
          bytes[place] = (bytes[place] as number) ^ (1 << bit)
          expect(codeOf(decoder.decode(bytes))).toMatch(/^AUDIT_/)
        }),
        { numRuns: 80 }
      )
    },
    patience
  )

  it(
    'is refused cut off anywhere',
    () => {
      fc.assert(
        fc.property(samples, fc.nat(), ({ bundle }, at) => {
          const text = renderBundle(bundle)
          expect(codeOf(text.slice(0, at % text.length))).toBe('AUDIT_BUNDLE_MALFORMED')
        }),
        runs
      )
    },
    patience
  )

  it(
    'is refused with an entry dropped, doubled, changed, moved or added',
    () => {
      fc.assert(
        fc.property(samples, fc.nat(), fc.nat(), ({ sample }, one, two) => {
          const bundle = bundleOf(sample, everything)
          const entries = bundle.entries ?? []
          const [a, b] = [one % entries.length, two % entries.length]
          const entry = entries[a] as `0x${string}`
          expectFound({ ...bundle, entries: without(entries, a) })
          expectFound({ ...bundle, entries: entries.toSpliced(b, 0, entry) })
          expectFound({ ...bundle, entries: entries.toSpliced(a, 1, toHex(sha256(fromHex(entry)))) })
          expectFound({ ...bundle, entries: entries.slice(0, a) })
          if (a !== b) expectFound({ ...bundle, entries: swapped(entries, a, b) })
        }),
        runs
      )
    },
    patience
  )

  it(
    'is refused with a checkpoint dropped, doubled or moved',
    () => {
      fc.assert(
        fc.property(samples, fc.nat(), fc.nat(), ({ bundle }, one, two) => {
          const { checkpoints } = bundle
          const [a, b] = [one % checkpoints.length, two % checkpoints.length]
          expectFound({ ...bundle, checkpoints: without(checkpoints, a) })
          expectFound({
            ...bundle,
            checkpoints: checkpoints.toSpliced(b, 0, checkpoints[a] as Bundle['checkpoints'][0])
          })
          if (a !== b) expectFound({ ...bundle, checkpoints: swapped(checkpoints, a, b) })
        }),
        runs
      )
    },
    patience
  )

  it(
    'is refused with a cosignature dropped that the quorum needs',
    () => {
      fc.assert(
        fc.property(samples, fc.integer({ min: 1, max: 2 }), ({ bundle }, line) => {
          const last = bundle.checkpoints.at(-1) as Bundle['checkpoints'][0]
          const lines = last.note.split('\n')
          const note = without(lines, lines.length - 1 - line).join('\n')
          const checkpoints = [...bundle.checkpoints.slice(0, -1), { ...last, note }]
          expect(codeOf(JSON.stringify({ ...bundle, checkpoints }))).toBe('AUDIT_WITNESS_MISSING')
        }),
        runs
      )
    },
    patience
  )

  it(
    'is refused with openings moved, doubled, or with salts, kinds, payloads or places swapped',
    () => {
      fc.assert(
        fc.property(samples, fc.nat(), fc.nat(), ({ bundle }, one, two) => {
          const { openings } = bundle
          const [a, b] = [one % openings.length, two % openings.length]
          const [first, second] = [openings[a], openings[b]] as [Bundle['openings'][0], Bundle['openings'][0]]
          expectFound({ ...bundle, openings: openings.toSpliced(b, 0, first) })
          const kind = first.kind === 'note' ? 'audit' : 'note'
          expectFound({ ...bundle, openings: openings.toSpliced(a, 1, { ...first, kind }) })
          expectFound({ ...bundle, openings: openings.toSpliced(a, 1, { ...first, salt: `${first.salt}00` }) })
          if (a === b) return
          expectFound({ ...bundle, openings: swapped(openings, a, b) })
          const put = (change: (to: typeof first, from: typeof first) => typeof first) => ({
            ...bundle,
            openings: openings.map((opening, at) =>
              at === a ? change(first, second) : at === b ? change(second, first) : opening
            )
          })
          expectFound(put((to, from) => ({ ...to, salt: from.salt })))
          expectFound(put((to, from) => ({ ...from, index: to.index, inclusion: to.inclusion })))
          if (first.payload !== second.payload) expectFound(put((to, from) => ({ ...to, payload: from.payload })))
        }),
        runs
      )
    },
    patience
  )

  it(
    'that is an honest beginning is refused by whoever has seen more',
    () => {
      fc.assert(
        fc.property(samples, ({ sample }) => {
          const seen = sample.checkpoints.at(-1)?.checkpoint ?? null
          for (let end = 1; end < sample.checkpoints.length; end += 1) {
            const beginning: SampleLog = { ...cut(sample, end) }
            const text = renderBundle(bundleOf(beginning, everything))
            expect(codeOf(text, { ...trust, quorum: 0 })).toBeNull()
            expect(codeOf(text, { ...trust, quorum: 0, seen })).toBe('AUDIT_ROLLED_BACK')
          }
        }),
        runs
      )
    },
    patience
  )
})

const cut = ({ log, entries, written, checkpoints }: SampleLog, end: number): SampleLog => {
  const kept = checkpoints.slice(0, end)
  const size = kept.at(-1)?.checkpoint.size ?? 0
  return { log, entries: entries.slice(0, size), written: written.slice(0, size), checkpoints: kept }
}

describe('a log that was forked', () => {
  const forks = fc.record({ steps, at: fc.nat(), choice }).map(({ steps, at, choice }) => {
    const honest = sampleLog(steps)
    const index = at % steps.length
    const other = steps.toSpliced(index, 1, { do: 'write', kind: 'note', text: `instead of ${index}` })
    return { honest, forked: sampleLog([...other, { do: 'write', kind: 'note', text: 'more' }], logKey, 'b'), choice }
  })

  it(
    'is found by whoever has seen the other history, though the log signed both',
    () => {
      fc.assert(
        fc.property(forks, ({ honest, forked }) => {
          const text = renderBundle(bundleOf(forked, everything))
          expect(codeOf(text)).toBeNull()
          for (const { checkpoint } of honest.checkpoints) {
            expect(codeOf(text, { ...trust, seen: checkpoint })).toMatch(/^AUDIT_(FORKED|ROLLED_BACK)$/)
          }
        }),
        runs
      )
    },
    patience
  )

  it(
    'is found when parts of both histories are in one bundle',
    () => {
      fc.assert(
        fc.property(forks, fc.nat(), ({ honest, forked, choice }, at) => {
          const [a, b] = [bundleOf(honest, choice), bundleOf(forked, choice)]
          const cut = at % a.checkpoints.length
          expectFound({
            ...a,
            checkpoints: [...a.checkpoints.slice(0, cut), ...b.checkpoints.slice(cut)],
            entries: a.entries
          })
          for (const part of ['checkpoints', 'openings'] as const) expectFound({ ...a, [part]: b[part] })
          if (a.entries !== null) expectFound({ ...a, entries: b.entries })
        }),
        runs
      )
    },
    patience
  )
})

describe('two logs', () => {
  it(
    'are not one: any part of the other is found',
    () => {
      fc.assert(
        fc.property(steps, steps, choice, (one, two, choice) => {
          const a = bundleOf(sampleLog(one), choice)
          const b = bundleOf(sampleLog(two, otherLogKey, 'b'), choice)
          expect(codeOf(renderBundle(b), { ...trust, log: publicHalf(otherLogKey) })).toBeNull()
          expect(codeOf(renderBundle(b))).toBe('AUDIT_KEY_UNTRUSTED')
          for (const part of ['log', 'checkpoints', 'entries', 'openings'] as const) {
            if (a[part] !== b[part]) expectFound({ ...a, [part]: b[part] })
          }
          const middle = b.checkpoints[0] as Bundle['checkpoints'][0]
          expectFound({ ...a, checkpoints: [...a.checkpoints, middle] })
          expectFound({ ...a, openings: [...a.openings, ...b.openings.slice(-1)] })
        }),
        runs
      )
    },
    patience
  )
})
