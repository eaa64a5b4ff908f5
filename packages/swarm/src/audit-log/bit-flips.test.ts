import { bytesToHex } from '@noble/hashes/utils.js'
import { describe, expect, it, vi } from 'vitest'
import { renderBundle } from './bundle.ts'
import { bundleOf, everything, excerptOfAll, type Step, sampleLog, trust } from './testing/sample-log.ts'
import { verifyBundle } from './verify-bundle.ts'

// Every single bit of small bundles, so that no byte is without meaning. The same signature is verified tens of
// thousands of times: the answer of the real function is kept for each distinct input.

vi.mock('./note-keys.ts', async (original) => {
  const real = await original<typeof import('./note-keys.ts')>()
  const known = new Map<string, boolean>()
  const verifyEd25519: typeof real.verifyEd25519 = (...input) => {
    const key = input.map(bytesToHex).join()
    const answer = known.get(key) ?? real.verifyEd25519(...input)
    known.set(key, answer)
    return answer
  }
  return { ...real, verifyEd25519 }
})

/**
 * 1 flips every bit and takes a minute; the default flips at least one of each byte, every bit of a byte in turn.
 * `AUDIT_BIT_STRIDE=1 vitest run bit-flips`
 */
const stride = Number(process.env.AUDIT_BIT_STRIDE ?? 7)
const small: readonly Step[] = [{ do: 'pay', lane: 0, micro: 5 }]
const whole: readonly Step[] = [{ do: 'job', lane: 0, receipts: 1, verdict: true }, ...small]
const decoder = new TextDecoder()

describe.each([
  ['of all entries', small, everything],
  ['that is an excerpt', small, excerptOfAll],
  ...(stride === 1 ? [['with every kind of deal object', whole, everything] as const] : [])
] as const)('a small bundle %s', (_, steps, choice) => {
  const text = renderBundle(bundleOf(sampleLog(steps), choice))
  const bytes = new TextEncoder().encode(text)

  it('verifies as it is', () => {
    expect(verifyBundle(text, trust)).toMatchObject({ ok: true, verified: { checkpoints: 2 } })
  })

  it('does not with any one bit of it flipped', () => {
    for (let at = 0; at < 8 * bytes.length; at += stride) {
      const [place, bit] = [at >> 3, 1 << (at & 7)]
      bytes[place] = (bytes[place] as number) ^ bit
      const verdict = verifyBundle(decoder.decode(bytes), trust)
      bytes[place] = (bytes[place] as number) ^ bit
      if (verdict.ok) expect.fail(`bit ${at} says nothing: ${text.slice(place - 20, place + 20)}`)
    }
  }, 600_000)
})
