import { bytesToHex } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Hash } from '../deal/objects.ts'
import { type AuditBinding, auditCommitment, auditPositions, auditSeed, isAudited } from './audit-draw.ts'
import { chiSquareTail } from './distributions.ts'
import { ppm } from './probability.ts'
import { frequency, tolerance } from './testing/seeded-random.ts'

const binding: AuditBinding = {
  jobHash: `0x${'11'.repeat(32)}`,
  lastReceipt: `0x${'22'.repeat(32)}`,
  secret: new Uint8Array(32).fill(3)
}
const seedOf = (given: AuditBinding) => auditSeed(given, auditCommitment(given.secret))
/** A different seed for each number. */
const seedAt = (at: number) => seedOf({ ...binding, lastReceipt: `0x${at.toString(16).padStart(64, '0')}` })

const hash: fc.Arbitrary<Hash> = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => `0x${bytesToHex(bytes)}` as const)

describe('the seed', () => {
  // Reckoned by another implementation, in Python.
  it('is this one, in every version to come', () => {
    expect(auditCommitment(binding.secret)).toBe('0xb573df40e234af937deeffa6ad5f9bcbb20db47b28064522068f9e4a58bd1a65')
    expect(bytesToHex(seedOf(binding))).toBe('427f0971ff15b692104f9e44da96ac1c56d384bc8901d8b9dc2da3257c3ec128')
    expect(auditPositions(seedOf(binding), 256, 8)).toEqual([2, 15, 62, 97, 99, 153, 235, 241])
  })

  it('changes with each thing that it is bound to', () => {
    fc.assert(
      fc.property(hash, hash, fc.uint8Array({ minLength: 32, maxLength: 32 }), (jobHash, lastReceipt, secret) => {
        const seeds = [
          { jobHash, lastReceipt, secret },
          { jobHash: lastReceipt, lastReceipt: jobHash, secret },
          { jobHash, lastReceipt, secret: secret.with(31, (secret[31] ?? 0) ^ 1) }
        ].map((each) => bytesToHex(seedOf(each)))
        expect(new Set(seeds).size).toBe(jobHash === lastReceipt ? 2 : 3)
      })
    )
  })

  it('is refused for another secret than was committed to', () => {
    const commitment = auditCommitment(binding.secret)
    expect(() => auditSeed({ ...binding, secret: new Uint8Array(32) }, commitment)).toThrow(
      expect.objectContaining({ code: 'AUDIT_SECRET_MISMATCH' })
    )
  })

  it.each([0, 16, 33])('takes no secret of %i bytes', (length) => {
    expect(() => auditCommitment(new Uint8Array(length))).toThrow(
      expect.objectContaining({ code: 'VERIFICATION_OUT_OF_RANGE' })
    )
  })
})

describe('the decision', () => {
  // The number below 1,000,000 that this seed gives, reckoned by another implementation, in Python.
  it('audits at rates above its number, and not at that number', () => {
    expect(isAudited(seedOf(binding), ppm(212212))).toBe(false)
    expect(isAudited(seedOf(binding), ppm(212213))).toBe(true)
  })

  it('falls as often as the rate says', () => {
    let at = 0
    const audited = frequency(8000, () => {
      at += 1
      return isAudited(seedAt(at), ppm(20_000))
    })
    expect(Math.abs(audited - 0.02)).toBeLessThan(tolerance(0.02, 8000))
  })

  it('is never at 0, always at 1, and kept by every higher rate', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(1_000_000), fc.nat(1_000_000), (at, a, b) => {
        const seed = seedAt(at)
        expect(isAudited(seed, ppm(0))).toBe(false)
        expect(isAudited(seed, ppm(1_000_000))).toBe(true)
        if (isAudited(seed, ppm(Math.min(a, b)))) expect(isAudited(seed, ppm(Math.max(a, b)))).toBe(true)
      })
    )
  })
})

describe('positions', () => {
  it('are so many, within bounds, ascending, each once, the same each time', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(3000), fc.integer({ min: 1, max: 200 }), (at, tokens, count) => {
        const positions = auditPositions(seedAt(at), tokens, count)
        expect(positions).toHaveLength(Math.min(tokens, count))
        positions.forEach((position, place) => {
          expect(position).toBeGreaterThan(positions[place - 1] ?? -1)
          expect(position).toBeLessThan(tokens)
        })
        expect(auditPositions(seedAt(at), tokens, count)).toEqual(positions)
      })
    )
  })

  it('are each as likely as any other', () => {
    const [tokens, count, trials] = [50, 8, 4000]
    const counts = Array<number>(tokens).fill(0)
    for (let at = 0; at < trials; at += 1) {
      for (const position of auditPositions(seedAt(at), tokens, count)) counts[position] = (counts[position] ?? 0) + 1
    }
    const expected = (trials * count) / tokens
    const statistic = counts.reduce((sum, each) => sum + (each - expected) ** 2 / expected, 0)
    // Without replacement the counts of one draw hang together: the variance of each is smaller by 1 - count / tokens.
    const scaled = (statistic * (tokens - 1)) / (tokens - count)
    expect(chiSquareTail(scaled, tokens - 1)).toBeGreaterThan(1e-4)
    expect(chiSquareTail(scaled, tokens - 1)).toBeLessThan(1 - 1e-4)
  })

  it('come in every set as likely as any other', () => {
    const trials = 4000
    const counts = new Map<string, number>()
    for (let at = 0; at < trials; at += 1) {
      const set = auditPositions(seedAt(at), 6, 3).join()
      counts.set(set, (counts.get(set) ?? 0) + 1)
    }
    const expected = trials / 20
    const statistic = [...counts.values()].reduce((sum, each) => sum + (each - expected) ** 2 / expected, 0)
    expect(counts.size).toBe(20)
    expect(chiSquareTail(statistic, 19)).toBeGreaterThan(1e-4)
  })

  it('do not tell whether the job is audited', () => {
    const first = Array.from({ length: 4000 }, (_, at) => seedAt(at)).filter((seed) => isAudited(seed, ppm(500_000)))
    const low = frequency(first.length, () => (auditPositions(first.pop() as Uint8Array, 2, 1)[0] ?? 0) === 0)
    expect(Math.abs(low - 0.5)).toBeLessThan(tolerance(0.5, 1900))
  })

  it.each([
    [-1, 1],
    [2 ** 32 + 1, 1],
    [10, 0],
    [10, 1.5]
  ])('of %f tokens, %f of them, are refused', (tokens, count) => {
    expect(() => auditPositions(seedAt(0), tokens, count)).toThrow(
      expect.objectContaining({ code: 'VERIFICATION_OUT_OF_RANGE' })
    )
  })
})
