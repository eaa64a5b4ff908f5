import { microUsdc, picoUsdc } from '@unhosted/core/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AuditPolicy, type AuditRecord, auditRate, defaultAuditPolicy, type JobStakes } from './audit-rate.ts'
import { ppm } from './probability.ts'
import { leastAuditRate } from './stake-size.ts'

const job: JobStakes = {
  gain: picoUsdc(320_000_000n),
  forfeit: microUsdc(0n),
  detection: ppm(900_000),
  conviction: ppm(950_000),
  lost: microUsdc(1_000_000n)
}
const rateAfter = (record: AuditRecord, given = job) => auditRate(given, record, defaultAuditPolicy).rate
const fresh: AuditRecord = { passed: 0, failed: 0 }

const anyPpm = fc.integer({ min: 0, max: 1_000_000 }).map(ppm)
const anyJob: fc.Arbitrary<JobStakes> = fc.record({
  gain: fc.bigInt({ min: 0n, max: 10n ** 13n }).map(picoUsdc),
  forfeit: fc.bigInt({ min: 0n, max: 10n ** 7n }).map(microUsdc),
  detection: anyPpm,
  conviction: anyPpm,
  lost: fc.bigInt({ min: 0n, max: 10n ** 9n }).map(microUsdc)
})
const anyRecord: fc.Arbitrary<AuditRecord> = fc.record({ passed: fc.nat(1e6), failed: fc.nat(100) })
const anyPolicy: fc.Arbitrary<AuditPolicy> = fc.record({
  floor: fc.integer({ min: 1, max: 1_000_000 }).map(ppm),
  start: anyPpm,
  halvesAfter: fc.integer({ min: 1, max: 1000 })
})

describe('audit rate', () => {
  it.each([
    ['nobody knows', fresh, 200_000, 'record'],
    ['passed 20', { passed: 20, failed: 0 }, 100_000, 'record'],
    ['passed 180', { passed: 180, failed: 0 }, 20_000, 'record'],
    ['passed 1,000', { passed: 1000, failed: 0 }, 10_000, 'floor'],
    ['just failed', { passed: 0, failed: 1 }, 1_000_000, 'record'],
    ['failed once, then passed 40', { passed: 40, failed: 1 }, 500_000, 'record'],
    ['failed twice, then passed 40', { passed: 40, failed: 2 }, 666_667, 'record']
  ])('of a provider that %s', (_, record, rate, because) => {
    expect(auditRate(job, record, defaultAuditPolicy)).toEqual({ rate, because, deterred: true })
  })

  it('of little stake makes cheating unprofitable all the same', () => {
    const poor = { ...job, lost: microUsdc(5000n) }
    const { rate, because } = auditRate(poor, { passed: 1000, failed: 0 }, defaultAuditPolicy)
    expect({ rate, because }).toEqual({ rate: 70_352, because: 'stake' })
  })

  it('says when no rate is enough', () => {
    const beggar = { ...job, lost: microUsdc(10n) }
    expect(auditRate(beggar, fresh, defaultAuditPolicy)).toEqual({ rate: 1_000_000, because: 'stake', deterred: false })
  })

  it('is never 0, never above 1, never below what the stake or the floor asks for', () => {
    fc.assert(
      fc.property(anyJob, anyRecord, anyPolicy, (any, record, policy) => {
        const { rate, deterred } = auditRate(any, record, policy)
        const byStake = leastAuditRate(any, any.lost, any)
        expect(rate).toBeGreaterThanOrEqual(Math.max(1, policy.floor, byStake ?? 1_000_000))
        expect(rate).toBeLessThanOrEqual(1_000_000)
        expect(deterred).toBe(byStake !== null)
      })
    )
  })

  it('never rises with a passed audit or more stake, never falls with a failed one or more to gain', () => {
    fc.assert(
      fc.property(anyJob, anyRecord, fc.bigInt({ min: 1n, max: 10n ** 9n }), (any, record, more) => {
        const rate = rateAfter(record, any)
        expect(rateAfter({ ...record, passed: record.passed + 1 }, any)).toBeLessThanOrEqual(rate)
        expect(rateAfter(record, { ...any, lost: microUsdc(any.lost + more) })).toBeLessThanOrEqual(rate)
        expect(rateAfter({ passed: 0, failed: record.failed + 1 }, any)).toBe(1_000_000)
        expect(rateAfter({ ...record, failed: record.failed + 1 }, any)).toBeGreaterThanOrEqual(rate)
        expect(rateAfter(record, { ...any, gain: picoUsdc(any.gain + more) })).toBeGreaterThanOrEqual(rate)
      })
    )
  })

  it.each([
    ['a floor of 0', fresh, { ...defaultAuditPolicy, floor: ppm(0) }],
    ['a negative record', { passed: -1, failed: 0 }, defaultAuditPolicy],
    ['a half-life of 0', fresh, { ...defaultAuditPolicy, halvesAfter: 0 }]
  ])('refuses %s', (_, record, policy) => {
    expect(() => auditRate(job, record, policy)).toThrow(expect.objectContaining({ code: 'VERIFICATION_OUT_OF_RANGE' }))
  })
})
