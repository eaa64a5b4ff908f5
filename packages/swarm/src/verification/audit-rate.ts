import type { MicroUsdc } from '@unhosted/core/units'
import type { Odds } from './catching.ts'
import { certain, type Ppm, ppm } from './probability.ts'
import { requireWhole } from './require-range.ts'
import { leastAuditRate, type Stakes } from './stake-size.ts'

/** What one auditor has seen of one provider. */
export interface AuditRecord {
  /** Audits passed since the last failed one, or since the first job. */
  readonly passed: number
  /** Audits failed, ever. */
  readonly failed: number
}

export interface AuditPolicy {
  /** Never less, however good the record: above 0. */
  readonly floor: Ppm
  /** For a provider of whom nothing is known. */
  readonly start: Ppm
  /** Audits passed after which the rate of a new provider has halved. */
  readonly halvesAfter: number
}

export const defaultAuditPolicy: AuditPolicy = { floor: ppm(10_000), start: ppm(200_000), halvesAfter: 20 }

/** What is at stake in one job, and what an audit of it is worth. */
export interface JobStakes extends Stakes, Omit<Odds, 'audit'> {
  /**
   * What a guilty provider loses of its stake: at most the quote's `atRisk`, or its share of the free stake where that
   * is less; `selfSlashCost` of it where the provider may learn of the audit before the dispute.
   */
  readonly lost: MicroUsdc
}

export interface AuditRate {
  /** From the policy's floor to 1. */
  readonly rate: Ppm
  readonly because: 'record' | 'stake' | 'floor'
  /** False where even an audit of every job leaves a dishonest one profitable: give it no such job. */
  readonly deterred: boolean
}

/** A failure makes the next rate 1; each further one doubles the clean audits that bring it down again. */
const mostDoublings = 20

/** How often to audit: the greatest of what the stake asks for, what the record asks for, and the floor. */
export function auditRate(job: JobStakes, record: AuditRecord, policy: AuditPolicy): AuditRate {
  const byStake = leastAuditRate(job, job.lost, job)
  const byRecord = recordRate(record, policy)
  const rate = ppm(Math.max(byStake ?? certain, byRecord, requireWhole('policy.floor', policy.floor, 1, certain)))
  const because = rate === (byStake ?? certain) ? 'stake' : rate === byRecord ? 'record' : 'floor'
  return { rate, because, deterred: byStake !== null }
}

/**
 * start / (1 + passed / halvesAfter), rounded up; after a failure from 1, with halvesAfter doubled for each. With n
 * audits passed, a share of dishonest jobs above about 1 / n would have been seen: the rate falls as fast as that.
 */
function recordRate({ passed, failed }: AuditRecord, { start, halvesAfter }: AuditPolicy): Ppm {
  requireWhole('record.passed', passed, 0, 1e9)
  const doublings = Math.min(requireWhole('record.failed', failed, 0, 1e9), mostDoublings)
  const half = requireWhole('policy.halvesAfter', halvesAfter, 1, 1e6) * 2 ** doublings
  return ppm(Math.ceil(((failed > 0 ? certain : start) * half) / (half + passed)))
}
