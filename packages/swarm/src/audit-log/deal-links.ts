import type { MicroUsdc } from '@unhosted/core/units'
import {
  type Address,
  arbiterSet,
  type ChunkReceipt,
  type Hash,
  isSignedBy,
  type Job,
  type Lane,
  laneId,
  type Panel,
  type Quote,
  recoverSigner,
  type Signed,
  type SignedKind,
  structHash,
  type Voucher
} from '../deal/index.ts'
import { isBaseError } from '../errors/index.ts'
import type { OpenedObject } from './opened-objects.ts'
import { type AuditCode, type Place, problem } from './problem.ts'
import type { AuditTrust } from './trust.ts'

/** Facts that opened objects are held against. */
export interface LinkFacts {
  readonly trust: AuditTrust
  readonly lanes: readonly Lane[]
  readonly panels: readonly Panel[]
  /** Head of each checkpoint, and its size. */
  readonly heads: ReadonlyMap<Hash, number>
}

interface JobInHand {
  readonly job: Job
  readonly lane: Lane
  readonly quote: Quote
}
interface LaneInHand {
  readonly cumulative: MicroUsdc
  readonly headSize: number
}

/** A lane as its opened vouchers show it. */
export interface LaneTotal {
  readonly laneId: Hash
  /** Of the last opened voucher. */
  readonly cumulative: MicroUsdc
}

const noReceipt = `0x${'00'.repeat(32)}` as const

/**
 * Holds each opened object against those before it: who had to sign it, what it refers to, how receipts and vouchers
 * follow each other. Whether prices and charges are right is not asked: a log may well be evidence that they are not.
 */
export class DealLinks {
  /** Signatures that were verified. */
  signatures = 0
  readonly #facts: LinkFacts
  readonly #lanes: ReadonlyMap<Hash, Lane>
  readonly #panels: ReadonlyMap<Hash, Panel>
  readonly #jobKeys: ReadonlySet<string>
  readonly #used = new Set<Hash>()
  readonly #quotes = new Map<Hash, Quote>()
  readonly #jobs = new Map<Hash, JobInHand>()
  readonly #receipts = new Map<Hash, ChunkReceipt>()
  readonly #vouchers = new Map<Hash, LaneInHand>()

  constructor(facts: LinkFacts) {
    this.#facts = facts
    this.#lanes = byHash('lane', facts.lanes, laneId)
    this.#panels = byHash('panel', facts.panels, arbiterSet)
    this.#jobKeys = new Set(facts.trust.jobKeys.map(({ provider, key }) => `${provider} ${key}`))
  }

  /** @throws BaseError of the first thing that is wrong with it */
  follow(place: Place, opened: OpenedObject): void {
    if (opened.kind === 'quote') this.#followQuote(place, opened)
    else if (opened.kind === 'job') this.#followJob(place, opened)
    else if (opened.kind === 'receipt') this.#followReceipt(place, opened)
    else if (opened.kind === 'voucher') this.#followVoucher(place, opened)
    else if (opened.kind === 'verdict') this.#followVerdict(place, opened)
  }

  /** Nothing is listed that nothing refers to. @throws BaseError AUDIT_BUNDLE_MALFORMED */
  finish(): readonly LaneTotal[] {
    const listed = { lane: this.#lanes, panel: this.#panels }
    for (const part of ['lane', 'panel'] as const) {
      const index = [...listed[part].keys()].findIndex((hash) => !this.#used.has(hash))
      if (index >= 0) {
        throw problem('AUDIT_BUNDLE_MALFORMED', { part, index }, `a ${part} that an opening refers to`, 'another')
      }
    }
    return [...this.#vouchers].map(([laneId, { cumulative }]) => ({ laneId, cumulative }))
  }

  #followQuote(place: Place, signed: Signed<'Quote'>): void {
    this.#requireJobKey(place, 'Quote', signed, signed.object.provider)
    this.#quotes.set(structHash('Quote', signed.object), signed.object)
  }

  #followJob(place: Place, signed: Signed<'Job'>): void {
    const job = signed.object
    const lane = this.#laneOf(place, job.laneId)
    const quote = this.#quotes.get(job.quoteHash)
    if (quote === undefined) throw missing(place, 'quote', job.quoteHash)
    if (quote.provider !== lane.provider) {
      throw problem('AUDIT_LINK_MISSING', place, `a quote of the lane's provider ${lane.provider}`, quote.provider)
    }
    this.#requireSigner(place, 'Job', signed, lane.signer)
    this.#jobs.set(structHash('Job', job), { job, lane, quote })
  }

  #followReceipt(place: Place, signed: Signed<'ChunkReceipt'>): void {
    const receipt = signed.object
    const of = this.#jobs.get(receipt.jobHash)
    if (of === undefined) throw missing(place, 'job', receipt.jobHash)
    this.#requireJobKey(place, 'ChunkReceipt', signed, of.lane.provider)
    const before = this.#receipts.get(receipt.jobHash)
    const seq = before === undefined ? 0 : before.seq + 1
    const prev = before === undefined ? noReceipt : structHash('ChunkReceipt', before)
    if (receipt.seq !== seq) throw broken(place, `receipt ${seq} of the job`, `receipt ${receipt.seq}`)
    if (receipt.prev !== prev) throw broken(place, `a receipt that follows ${prev}`, `one that follows ${receipt.prev}`)
    if (before !== undefined) requireSums(place, before, receipt)
    this.#receipts.set(receipt.jobHash, receipt)
  }

  #followVoucher(place: Place, signed: Signed<'Voucher'>): void {
    const voucher = signed.object
    this.#requireSigner(place, 'Voucher', signed, this.#laneOf(place, voucher.laneId).signer)
    const before = this.#vouchers.get(voucher.laneId)
    if (before !== undefined && voucher.cumulative < before.cumulative) {
      const expected = `${before.cumulative} micro-USDC or more, as the voucher before`
      throw problem('AUDIT_VOUCHER_FELL', place, expected, `${voucher.cumulative}`)
    }
    const headSize = this.#facts.trust.owner === 'payer' ? this.#headSize(place, voucher, before) : 0
    this.#vouchers.set(voucher.laneId, { cumulative: voucher.cumulative, headSize })
  }

  /** Never the head of a later checkpoint: that would cover the voucher, and so its own hash. */
  #headSize(place: Place, { ledgerHead }: Voucher, before: LaneInHand | undefined): number {
    const size = this.#facts.heads.get(ledgerHead)
    if (size === undefined) {
      throw problem('AUDIT_HEAD_WRONG', place, 'the head of a checkpoint of the bundle', ledgerHead)
    }
    const least = before?.headSize ?? 0
    if (size < least) {
      const expected = `a head of size ${least} or more, as the voucher before`
      throw problem('AUDIT_HEAD_WRONG', place, expected, `one of size ${size}`)
    }
    return size
  }

  #followVerdict(place: Place, signed: Signed<'Verdict'>): void {
    const of = this.#jobs.get(signed.object.disputeId)
    if (of === undefined) throw missing(place, 'job', signed.object.disputeId)
    const { arbiterSet: hash } = of.quote
    const panel = this.#panels.get(hash)
    if (panel === undefined) throw missing(place, 'panel', hash)
    this.#used.add(hash)
    const signer = this.#recover(place, 'Verdict', signed)
    if (!panel.arbiters.includes(signer)) throw wrongSigner(place, 'an arbiter of the panel', signer)
  }

  #laneOf(place: Place, id: Hash): Lane {
    const lane = this.#lanes.get(id)
    if (lane === undefined) throw missing(place, 'lane', id)
    this.#used.add(id)
    return lane
  }

  #requireSigner<K extends SignedKind>(place: Place, kind: K, signed: Signed<K>, signer: Address): void {
    this.signatures += 1
    if (isSignedBy(kind, signed, this.#facts.trust.deployment, signer)) return
    throw wrongSigner(place, `the lane signer ${signer}`, 'another, or none')
  }

  #requireJobKey<K extends SignedKind>(place: Place, kind: K, signed: Signed<K>, provider: Address): void {
    const signer = this.#recover(place, kind, signed)
    if (!this.#jobKeys.has(`${provider} ${signer}`)) {
      throw wrongSigner(place, `a job key of provider ${provider}`, signer)
    }
  }

  #recover<K extends SignedKind>(place: Place, kind: K, signed: Signed<K>): Address {
    this.signatures += 1
    try {
      return recoverSigner(kind, signed, this.#facts.trust.deployment)
    } catch (cause) {
      if (isBaseError(cause)) throw wrongSigner({ ...place, cause }, `a signed ${kind}`, cause.message)
      throw cause
    }
  }
}

/** Terms by what everything refers to them by. Sorted and without repeats, so that there is one form. */
function byHash<T>(part: 'lane' | 'panel', items: readonly T[], hashOf: (item: T) => Hash): ReadonlyMap<Hash, T> {
  const map = new Map<Hash, T>()
  let before: Hash | null = null
  for (const [index, item] of items.entries()) {
    const hash = hashOf(item)
    if (before !== null && before >= hash) {
      throw problem('AUDIT_BUNDLE_MALFORMED', { part, index }, `${part}s sorted by hash, each once`, hash)
    }
    map.set(hash, item)
    before = hash
  }
  return map
}

function requireSums(place: Place, before: ChunkReceipt, receipt: ChunkReceipt): void {
  for (const sum of ['inTokens', 'cachedTokens', 'outTokens', 'chargedPico'] as const) {
    if (receipt[sum] < before[sum]) throw broken(place, `${sum} of ${before[sum]} or more`, `${receipt[sum]}`)
  }
  if (before.finish !== 0) throw broken(place, 'no receipt after the one that ended the job', `receipt ${receipt.seq}`)
}

const fail = (code: AuditCode) => (place: Place, expected: string, found: string) =>
  problem(code, place, expected, found)
const broken = fail('AUDIT_RECEIPTS_BROKEN')
const wrongSigner = fail('AUDIT_SIGNER_WRONG')
const missing = (place: Place, what: string, hash: Hash) =>
  problem('AUDIT_LINK_MISSING', place, `the ${what} ${hash} to be shown before it`, 'none')
