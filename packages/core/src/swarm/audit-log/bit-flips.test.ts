import { describe, expect, it } from 'vitest'
import { renderBundle } from './bundle.ts'
import { bundleOf, everything, excerptOfAll, type Step, sampleLog, trust } from './testing/sample-log.ts'
import { verifyBundle } from './verify-bundle.ts'

// A small bundle in which every part of the format occurs, and every single bit of it. So no byte is without meaning.

const steps: readonly Step[] = [
  { do: 'job', lane: 0, receipts: 1, verdict: true },
  { do: 'pay', lane: 0, micro: 5 }
]
const decoder = new TextDecoder()

describe.each([
  ['of all entries', everything],
  ['that is an excerpt', excerptOfAll]
])('a small bundle %s', (_, choice) => {
  const text = renderBundle(bundleOf(sampleLog(steps), choice))
  const bytes = new TextEncoder().encode(text)

  it('verifies as it is', () => {
    expect(verifyBundle(text, trust)).toMatchObject({ ok: true, verified: { checkpoints: 2, signatures: 5 } })
  })

  it.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'does not with bit %i of any byte flipped',
    (bit) => {
      for (let at = 0; at < bytes.length; at += 1) {
        bytes[at] = (bytes[at] as number) ^ (1 << bit)
        const verdict = verifyBundle(decoder.decode(bytes), trust)
        bytes[at] = (bytes[at] as number) ^ (1 << bit)
        if (verdict.ok) expect.fail(`bit ${bit} of byte ${at} says nothing: ${text.slice(at - 20, at + 20)}`)
      }
    },
    60_000
  )
})
