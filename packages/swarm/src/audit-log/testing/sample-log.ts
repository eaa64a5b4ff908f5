import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { microUsdc, picoUsdc } from '@unhosted/core/units'
import {
  addressOf,
  type ChunkReceipt,
  type Hash,
  type Job,
  type Lane,
  laneId,
  type Quote,
  signed,
  structHash
} from '../../deal/index.ts'
import * as deal from '../../deal/testing/sample-deal.ts'
import { buildBundle, type ShownEntry, sortedKeys } from '../build-bundle.ts'
import type { Bundle } from '../bundle.ts'
import { type Checkpoint, ledgerHead, signCheckpoint, withSignatures } from '../checkpoint.ts'
import { commitment, type EntryKind } from '../commitment.ts'
import { cosign } from '../cosignature.ts'
import { toHex } from '../hex.ts'
import { createMerkleLog } from '../merkle-log.ts'
import { publicHalf, type SigningKey } from '../note-keys.ts'
import { dealPayload } from '../opened-objects.ts'
import type { AuditTrust } from '../trust.ts'

// A payer's log, made step by step as a node makes one. For tests.

const seed = (label: string): Uint8Array => sha256(utf8ToBytes(`seed of ${label}`))
const key = (role: SigningKey['role'], name: string): SigningKey => ({ name, role, seed: seed(name) })

export const logKey = key('log', 'ledger.example/ada')
export const otherLogKey = key('log', 'ledger.example/eve')
const unsorted = [key('witness', 'witness.example/w1'), key('witness', 'witness.example/w2')]
/** In the order in which a bundle names them. */
export const witnessKeys = sortedKeys(unsorted.map(publicHalf)).map(
  ({ name }) => unsorted.find((key) => key.name === name) as SigningKey
)

/** Two lanes of one payer with one provider. */
const lanes: readonly Lane[] = [deal.lane, { ...deal.lane, nonce: 8n }]

export type Step =
  | { readonly do: 'write'; readonly kind: 'budget' | 'audit' | 'note'; readonly text: string }
  /** Any payload, good or bad. */
  | { readonly do: 'raw'; readonly kind: EntryKind; readonly payload: string }
  /** Quote, job and receipts on a lane. */
  | { readonly do: 'job'; readonly lane: 0 | 1; readonly receipts: number; readonly verdict: boolean }
  /** A checkpoint, then a voucher that carries its head. */
  | { readonly do: 'pay'; readonly lane: 0 | 1; readonly micro: number }
  | { readonly do: 'checkpoint'; readonly cosigned: number }

export interface SampleLog {
  readonly log: SigningKey
  readonly entries: readonly Uint8Array[]
  readonly written: readonly ShownEntry[]
  readonly checkpoints: readonly { readonly checkpoint: Checkpoint; readonly note: string }[]
}

/** @param label makes salts and jobs differ between logs of the same steps */
export function sampleLog(steps: readonly Step[], log: SigningKey = logKey, label = 'a'): SampleLog {
  const recorder = new Recorder(log, label)
  for (const step of steps) recorder.take(step)
  recorder.take({ do: 'write', kind: 'note', text: `end of ${label}` })
  recorder.checkpoint(witnessKeys.length)
  return recorder
}

class Recorder implements SampleLog {
  readonly log: SigningKey
  readonly entries: Uint8Array[] = []
  readonly written: ShownEntry[] = []
  readonly checkpoints: { checkpoint: Checkpoint; note: string }[] = []
  readonly #label: string
  readonly #tree = createMerkleLog()
  readonly #paid = [0n, 0n]

  constructor(log: SigningKey, label: string) {
    this.log = log
    this.#label = label
  }

  take(step: Step): void {
    if (step.do === 'write') this.#write(step.kind, JSON.stringify({ text: step.text }))
    else if (step.do === 'raw') this.#write(step.kind, step.payload)
    else if (step.do === 'checkpoint') this.checkpoint(step.cosigned)
    else if (step.do === 'job') this.#job(step.lane, step.receipts, step.verdict)
    else this.#pay(step.lane, step.micro)
  }

  /** The checkpoint of the present size; the one that there is, if nothing was written since. */
  checkpoint(cosigned: number): Checkpoint {
    const size = this.entries.length
    const last = this.checkpoints.at(-1)
    if (last?.checkpoint.size === size) return last.checkpoint
    const checkpoint = { origin: this.log.name, size, root: this.#tree.root(size) }
    const time = deal.now + size
    const lines = witnessKeys.slice(0, cosigned).map((witness) => cosign(checkpoint, time, witness))
    this.checkpoints.push({ checkpoint, note: withSignatures(signCheckpoint(checkpoint, this.log), lines) })
    return checkpoint
  }

  #write(kind: EntryKind, payload: string): void {
    const index = this.entries.length
    const salt = sha256(utf8ToBytes(`salt ${this.#label} ${index}`)).slice(0, 16)
    const entry = commitment({ kind, salt, payload: utf8ToBytes(payload) })
    this.entries.push(entry)
    this.written.push({ index, kind, salt, payload })
    this.#tree.append(entry)
  }

  #job(at: 0 | 1, receipts: number, verdict: boolean): void {
    const lane = lanes[at] as Lane
    const nonce: Hash = toHex(sha256(utf8ToBytes(`${this.#label} ${this.entries.length}`)))
    const quote: Quote = { ...deal.quote, nonce }
    const quoteHash = structHash('Quote', quote)
    const job: Job = { ...deal.job, jobId: nonce, laneId: laneId(lane), quoteHash }
    this.#write('quote', dealPayload('quote', signed('Quote', quote, deal.deployment, deal.keys.job)))
    this.#write('job', dealPayload('job', signed('Job', job, deal.deployment, deal.keys.signer)))
    const jobHash = structHash('Job', job)
    let prev: Hash = `0x${'00'.repeat(32)}`
    for (let seq = 0; seq < receipts; seq += 1) {
      const sums = { inTokens: 10, cachedTokens: 0, outTokens: 128 * seq, chargedPico: picoUsdc(BigInt(seq)) }
      const finish = seq === receipts - 1 ? 1 : 0
      const receipt: ChunkReceipt = { jobHash, seq, prev, leafRoot: nonce, ...sums, signedAt: deal.now + seq, finish }
      this.#write('receipt', dealPayload('receipt', signed('ChunkReceipt', receipt, deal.deployment, deal.keys.job)))
      prev = structHash('ChunkReceipt', receipt)
    }
    if (!verdict) return
    const judged = { ...deal.verdict, disputeId: jobHash }
    const signedVerdict = signed('Verdict', judged, deal.deployment, deal.keys.arbiters[0])
    this.#write('verdict', dealPayload('verdict', signedVerdict))
  }

  #pay(at: 0 | 1, micro: number): void {
    if (this.entries.length === 0) this.#write('note', JSON.stringify({ text: 'first' }))
    const head = ledgerHead(this.checkpoint(0))
    this.#paid[at] = (this.#paid[at] ?? 0n) + BigInt(micro)
    const cumulative = microUsdc(this.#paid[at] ?? 0n)
    const voucher = { laneId: laneId(lanes[at] as Lane), cumulative, ledgerHead: head }
    this.#write('voucher', dealPayload('voucher', signed('Voucher', voucher, deal.deployment, deal.keys.signer)))
  }
}

export interface BundleChoice {
  readonly excerpt: boolean
  /** Which entries to show; what they follow is shown with them by `bundleOf`. */
  readonly shows: (entry: ShownEntry) => boolean
}

/** A bundle of it; of deal objects all or none are shown, as each follows others. */
export function bundleOf(sample: SampleLog, { excerpt, shows }: BundleChoice): Bundle {
  const shown = sample.written.filter(shows)
  const notes = sample.checkpoints.map(({ note }) => note)
  const texts = shown.map(({ payload }) => payload).join()
  return buildBundle({
    log: publicHalf(sample.log),
    witnesses: witnessKeys.filter(({ name }) => notes.some((note) => note.includes(name))).map(publicHalf),
    lanes: lanes.filter((lane) => texts.includes(laneId(lane))),
    panels: shown.some(({ kind }) => kind === 'verdict') ? [deal.panel] : [],
    checkpoints: notes,
    entries: sample.entries,
    shown,
    excerpt
  })
}

export const everything: BundleChoice = { excerpt: false, shows: () => true }
export const excerptOfAll: BundleChoice = { excerpt: true, shows: () => true }

export const trust: AuditTrust = {
  log: publicHalf(logKey),
  witnesses: witnessKeys.map(publicHalf),
  quorum: 2,
  seen: null,
  now: deal.now + 100_000,
  deployment: deal.deployment,
  jobKeys: [{ provider: deal.lane.provider, key: addressOf(deal.keys.job) }],
  owner: 'payer'
}
