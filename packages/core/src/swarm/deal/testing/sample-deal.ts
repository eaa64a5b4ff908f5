import { microUsdc, picoUsdc } from '../../../units.ts'
import type { ChunkReceipt, Hash, Hex, Job, JobKey, Lane, Panel, Quote, Verdict, Voucher } from '../objects.ts'
import { charge, laneTotal, owedRoundedDown, worstCharge } from '../pricing.ts'
import { addressOf } from '../signatures.ts'
import { arbiterSet, type Deployment, jobId, laneId, structHash } from '../typed-data.ts'

// A whole deal that is valid, with the figures of packages/swarm/docs/structs.md. For tests and for vectors/deal.json.

const bytes = (byte: string, length = 32): Hex => `0x${byte.repeat(length)}`

/** Never with money on them. */
export const keys = {
  signer: bytes('01'),
  job: bytes('02'),
  arbiters: [bytes('03'), bytes('04'), bytes('05')]
} as const

export const deployment: Deployment = { chainId: 31337, swarmLanes: bytes('a1', 20), providerStake: bytes('a2', 20) }

export const now = 1_800_000_000
export const clientKey: Hash = bytes('c1')
/** What the lane's earlier jobs cost in all: 1000.7 micro-USDC. */
export const earlier = picoUsdc(1_000_700_000n)

export const lane: Lane = {
  payer: bytes('10', 20),
  provider: bytes('20', 20),
  signer: addressOf(keys.signer),
  closeWindow: 86_400,
  nonce: 7n
}

export const panel: Panel = { arbiters: keys.arbiters.map(addressOf).toSorted(), threshold: 2 }

export const jobKey: JobKey = { provider: lane.provider, peerIdHash: bytes('30') }

/** $0.20 in, $0.40 out, $0.05 cached for a million tokens. */
export const quote: Quote = {
  provider: lane.provider,
  peerIdHash: jobKey.peerIdHash,
  modelId: bytes('40'),
  inPico: picoUsdc(200_000n),
  outPico: picoUsdc(400_000n),
  cachedPico: picoUsdc(50_000n),
  maxCtx: 8192,
  chunkTokens: 128,
  arbiterSet: arbiterSet(panel),
  atRisk: microUsdc(5_000_000n),
  validUntil: now + 600,
  nonce: bytes('50')
}

export const promptTokens = 1200
const requestCommit = bytes('60')

export const job: Job = {
  jobId: jobId(laneId(lane), clientKey, requestCommit),
  laneId: laneId(lane),
  quoteHash: structHash('Quote', quote),
  requestCommit,
  maxCharge: worstCharge(quote, { promptTokens, maxOut: 512 }),
  maxOut: 512,
  deadline: now + 120,
  attempt: 0
}

/** 200 prompt tokens evaluated, 1000 cached, 301 generated, in three chunks. */
export const receipts: readonly ChunkReceipt[] = chain(
  { outTokens: 128, finish: 0 },
  { outTokens: 256, finish: 0 },
  { outTokens: 301, finish: 1 }
)

function chain(...chunks: readonly Pick<ChunkReceipt, 'outTokens' | 'finish'>[]): readonly ChunkReceipt[] {
  const made: ChunkReceipt[] = []
  for (const [seq, { outTokens, finish }] of chunks.entries()) {
    const last = made.at(-1)
    const counts = { inTokens: 200, cachedTokens: 1000, outTokens }
    made.push({
      jobHash: structHash('Job', job),
      seq,
      prev: last === undefined ? bytes('00') : structHash('ChunkReceipt', last),
      leafRoot: bytes(`7${seq}`),
      ...counts,
      chargedPico: charge(quote, counts),
      signedAt: now + 2 + seq,
      finish
    })
  }
  return made
}

export const total = laneTotal([earlier, ...receipts.slice(-1).map(({ chargedPico }) => chargedPico)])

export const voucher: Voucher = {
  laneId: laneId(lane),
  cumulative: owedRoundedDown(total),
  ledgerHead: bytes('80')
}

export const verdict: Verdict = {
  disputeId: structHash('Job', job),
  guilty: true,
  refund: microUsdc(210n),
  evidenceRoot: bytes('90')
}
