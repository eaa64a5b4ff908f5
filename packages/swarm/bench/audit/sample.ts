import { randomBytes } from 'node:crypto'
import { microUsdc, picoUsdc } from '@unhosted/core/units'
import {
  type Bundle,
  buildBundle,
  type Checkpoint,
  commitment,
  cosign,
  createMerkleLog,
  type DealEntryKind,
  dealPayload,
  ledgerHead,
  publicHalf,
  type ShownEntry,
  type SigningKey,
  signCheckpoint,
  sortedKeys,
  withSignatures
} from '../../src/audit-log/index.ts'
import {
  addressOf,
  type ChunkReceipt,
  type Deployment,
  type Hash,
  type Hex,
  type Job,
  type Lane,
  laneId,
  type Quote,
  signed,
  structHash
} from '../../src/deal/index.ts'

const hex = (bytes: number): Hex => `0x${randomBytes(bytes).toString('hex')}`
export const deployment: Deployment = { chainId: 31337, swarmLanes: hex(20), providerStake: hex(20) }
const signer = hex(32)
const jobKey = hex(32)
const lane: Lane = {
  payer: hex(20),
  provider: hex(20),
  signer: addressOf(signer),
  closeWindow: 86_400,
  nonce: 0n
}
export const jobKeys = [{ provider: lane.provider, key: addressOf(jobKey) }]

const key = (role: SigningKey['role'], name: string): SigningKey => ({ role, name, seed: randomBytes(32) })
export const logKey = key('log', 'bench.example/log')
const unsorted = [key('witness', 'bench.example/w1'), key('witness', 'bench.example/w2')]
export const witnesses = sortedKeys(unsorted.map(publicHalf))

/** Receipts of one deal; with quote, job and voucher ten entries. */
const receipts = 7
const perDeal = receipts + 3
const now = 1_800_000_000

export interface LogShape {
  readonly entries: number
  /** Deals whose ten entries are shown; each has a checkpoint of its own, which its voucher carries. */
  readonly deals: number
  /** Checkpoints before those. */
  readonly earlier: number
  readonly excerpt: boolean
}

/** A log whose entries are random, but for the deals at its end. Every checkpoint is cosigned by two witnesses. */
export function sampleBundle({ entries: count, deals, earlier, excerpt }: LogShape): Bundle {
  const entries: Uint8Array[] = Array.from({ length: count - deals * perDeal }, () => randomBytes(32))
  const tree = createMerkleLog(entries)
  const shown: ShownEntry[] = []
  const checkpoints: string[] = []
  const write = (kind: DealEntryKind, payload: string): void => {
    const salt = randomBytes(16)
    shown.push({ index: entries.length, kind, salt, payload })
    entries.push(commitment({ kind, salt, payload: new TextEncoder().encode(payload) }))
    tree.append(entries.at(-1) as Uint8Array)
  }
  const checkpoint = (size: number): Checkpoint => {
    const checkpoint = { origin: logKey.name, size, root: tree.root(size) }
    const lines = witnesses.map(({ name }) =>
      cosign(checkpoint, now + size, unsorted.find((key) => key.name === name) as SigningKey)
    )
    checkpoints.push(withSignatures(signCheckpoint(checkpoint, logKey), lines))
    return checkpoint
  }
  for (let at = 1; at <= earlier; at += 1) checkpoint(Math.floor((entries.length * at) / (earlier + 1)))
  for (let deal = 0; deal < deals; deal += 1) {
    writeDeal(write)
    const head = ledgerHead(checkpoint(entries.length))
    const voucher = { laneId: laneId(lane), cumulative: microUsdc(BigInt(deal)), ledgerHead: head }
    write('voucher', dealPayload('voucher', signed('Voucher', voucher, deployment, signer)))
  }
  checkpoint(entries.length)
  const lanes = deals > 0 ? [lane] : []
  return buildBundle({ log: publicHalf(logKey), witnesses, lanes, panels: [], checkpoints, entries, shown, excerpt })
}

function writeDeal(write: (kind: DealEntryKind, payload: string) => void): void {
  const pico = { inPico: picoUsdc(200_000n), outPico: picoUsdc(400_000n), cachedPico: picoUsdc(50_000n) }
  const bounds = { maxCtx: 8192, chunkTokens: 128, arbiterSet: hex(32), atRisk: microUsdc(1n), validUntil: now }
  const quote: Quote = {
    provider: lane.provider,
    peerIdHash: hex(32),
    modelId: hex(32),
    ...pico,
    ...bounds,
    nonce: hex(32)
  }
  write('quote', dealPayload('quote', signed('Quote', quote, deployment, jobKey)))
  const of = { jobId: hex(32), laneId: laneId(lane), quoteHash: structHash('Quote', quote), requestCommit: hex(32) }
  const job: Job = { ...of, maxCharge: picoUsdc(10n ** 9n), maxOut: 1024, deadline: now, attempt: 0 }
  write('job', dealPayload('job', signed('Job', job, deployment, signer)))
  const jobHash = structHash('Job', job)
  let prev: Hash = `0x${'00'.repeat(32)}`
  for (let seq = 0; seq < receipts; seq += 1) {
    const sums = { inTokens: 100, cachedTokens: 0, outTokens: 128 * seq, chargedPico: picoUsdc(BigInt(seq)) }
    const finish = seq === receipts - 1 ? 1 : 0
    const receipt: ChunkReceipt = { jobHash, seq, prev, leafRoot: hex(32), ...sums, signedAt: now + seq, finish }
    write('receipt', dealPayload('receipt', signed('ChunkReceipt', receipt, deployment, jobKey)))
    prev = structHash('ChunkReceipt', receipt)
  }
}
