import { microUsdc, picoUsdc } from '@unhosted/core/units'
import * as Hash from 'ox/Hash'
import * as Hex from 'ox/Hex'
import * as TypedData from 'ox/TypedData'
import {
  addressOf,
  allowedCharge,
  arbiterSet,
  charge,
  closeWindowSeconds,
  type DealKind,
  type DealObjects,
  type Deployment,
  digest,
  domainOf,
  encode,
  isOvercharge,
  jobId,
  laneId,
  maxArbiters,
  type SignedKind,
  sign,
  structHash,
  types
} from '../index.ts'
import * as sample from './sample-deal.ts'

// packages/swarm-contracts/vectors/deal.json: what TypeScript, viem and Solidity must all compute alike.

type Hex0x = `0x${string}`
const bytes = (byte: string, length = 32): Hex0x => `0x${byte.repeat(length)}`
const most = (bits: number): bigint => 2n ** BigInt(bits) - 1n
const uint32Max = 2 ** 32 - 1
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** The least key, the highest, and one between. */
const keys: readonly Hex0x[] = [
  Hex.fromNumber(1n, { size: 32 }),
  Hex.fromNumber(order - 1n, { size: 32 }),
  sample.keys.signer
]

const deployments: readonly Deployment[] = [
  sample.deployment,
  { chainId: 8453, swarmLanes: bytes('b1', 20), providerStake: bytes('b2', 20) }
]

const zero = bytes('00')
const full = bytes('ff')
const zeroAddress = bytes('00', 20)
const fullAddress = bytes('ff', 20)
const latest = Number.MAX_SAFE_INTEGER

/** Of each kind: all zero, one of a valid deal, all at the most that TypeScript holds. */
const objects: { readonly [K in DealKind]: readonly [DealObjects[K], DealObjects[K], DealObjects[K]] } = {
  Lane: [
    { payer: zeroAddress, provider: zeroAddress, signer: zeroAddress, closeWindow: 0, nonce: 0n },
    sample.lane,
    { payer: fullAddress, provider: fullAddress, signer: fullAddress, closeWindow: uint32Max, nonce: most(64) }
  ],
  Panel: [
    { arbiters: [], threshold: 0 },
    sample.panel,
    { arbiters: [zeroAddress, fullAddress, fullAddress, zeroAddress], threshold: 255 }
  ],
  Voucher: [
    { laneId: zero, cumulative: microUsdc(0n), ledgerHead: zero },
    sample.voucher,
    { laneId: full, cumulative: microUsdc(most(128)), ledgerHead: full }
  ],
  Quote: [
    {
      provider: zeroAddress,
      peerIdHash: zero,
      modelId: zero,
      inPico: picoUsdc(0n),
      outPico: picoUsdc(0n),
      cachedPico: picoUsdc(0n),
      maxCtx: 0,
      chunkTokens: 0,
      arbiterSet: zero,
      atRisk: microUsdc(0n),
      validUntil: 0,
      nonce: zero
    },
    sample.quote,
    {
      provider: fullAddress,
      peerIdHash: full,
      modelId: full,
      inPico: picoUsdc(most(64)),
      outPico: picoUsdc(most(64)),
      cachedPico: picoUsdc(most(64)),
      maxCtx: uint32Max,
      chunkTokens: uint32Max,
      arbiterSet: full,
      atRisk: microUsdc(most(128)),
      validUntil: latest,
      nonce: full
    }
  ],
  Job: [
    {
      jobId: zero,
      laneId: zero,
      quoteHash: zero,
      requestCommit: zero,
      maxCharge: picoUsdc(0n),
      maxOut: 0,
      deadline: 0,
      attempt: 0
    },
    sample.job,
    {
      jobId: full,
      laneId: full,
      quoteHash: full,
      requestCommit: full,
      maxCharge: picoUsdc(most(128)),
      maxOut: uint32Max,
      deadline: latest,
      attempt: uint32Max
    }
  ],
  ChunkReceipt: [
    {
      jobHash: zero,
      seq: 0,
      prev: zero,
      leafRoot: zero,
      inTokens: 0,
      cachedTokens: 0,
      outTokens: 0,
      chargedPico: picoUsdc(0n),
      signedAt: 0,
      finish: 0
    },
    must(sample.receipts.at(-1)),
    {
      jobHash: full,
      seq: uint32Max,
      prev: full,
      leafRoot: full,
      inTokens: uint32Max,
      cachedTokens: uint32Max,
      outTokens: uint32Max,
      chargedPico: picoUsdc(most(128)),
      signedAt: latest,
      finish: 4
    }
  ],
  Verdict: [
    { disputeId: zero, guilty: false, refund: microUsdc(0n), evidenceRoot: zero },
    sample.verdict,
    { disputeId: full, guilty: true, refund: microUsdc(most(128)), evidenceRoot: full }
  ],
  JobKey: [{ provider: zeroAddress, peerIdHash: zero }, sample.jobKey, { provider: fullAddress, peerIdHash: full }]
}

const ids = ['zero', 'typical', 'most'] as const

/** Each instance with its struct hash, and for each deployment its digest and a signature, by keys in turn. */
const signedVectors = <K extends SignedKind>(kind: K) =>
  objects[kind].map((object: DealObjects[K], at) => ({
    id: ids[at],
    object: encode(kind, object),
    structHash: structHash(kind, object),
    signatures: deployments.map((deployment, index) => {
      const key = must(keys[(at + index) % keys.length])
      return {
        digest: digest(kind, object, deployment),
        signer: addressOf(key),
        signature: sign(kind, object, deployment, key)
      }
    })
  }))

/** Prices, counts and a charge on each side of what makes it a fraud. */
function overchargeVectors() {
  const quotes = [sample.quote, objects.Quote[2], { ...sample.quote, inPico: picoUsdc(0n), outPico: picoUsdc(0n) }]
  const counts = [
    { inTokens: 0, cachedTokens: 0, outTokens: 0 },
    { inTokens: 200, cachedTokens: 1000, outTokens: 301 },
    { inTokens: uint32Max, cachedTokens: uint32Max, outTokens: uint32Max }
  ]
  return quotes.flatMap((quote) =>
    counts.flatMap((count) => {
      const due = charge(quote, count)
      const cases = [
        [due, due],
        [due + 1n, due + 1n],
        [due, due === 0n ? 0n : due - 1n],
        [most(128), most(128)]
      ] as const
      return cases.map(([charged, maxCharge]) => {
        const receipt = { ...count, chargedPico: picoUsdc(charged) }
        const { inPico, outPico, cachedPico } = quote
        const job = { maxCharge: picoUsdc(maxCharge) }
        const allowed = allowedCharge(quote, job, count)
        const amounts = { inPico, outPico, cachedPico, due, maxCharge, allowed, charged }
        return {
          ...Object.fromEntries(Object.entries(amounts).map(decimal)),
          ...count,
          fraud: isOvercharge(quote, job, receipt)
        }
      })
    })
  )
}

const decimal = ([name, value]: readonly [string, bigint]) => [name, value.toString()] as const
const kinds = Object.keys(types) as readonly SignedKind[]

/** The whole file. Deterministic: signatures are (RFC 6979). */
export function dealVectors() {
  const jobIds = [
    { laneId: zero, clientKey: zero, requestCommit: zero },
    { laneId: sample.job.laneId, clientKey: sample.clientKey, requestCommit: sample.job.requestCommit },
    { laneId: full, clientKey: full, requestCommit: full }
  ]
  const { least, most: longest } = closeWindowSeconds
  return {
    limits: { leastCloseWindow: least, mostCloseWindow: longest, maxArbiters },
    deployments: deployments.map((deployment) => ({
      ...deployment,
      lanesSeparator: TypedData.domainSeparator(domainOf('Voucher', deployment)),
      stakeSeparator: TypedData.domainSeparator(domainOf('Quote', deployment))
    })),
    typeHashes: Object.fromEntries(
      kinds.map((kind) => [kind, Hash.keccak256(Hex.fromString(TypedData.encodeType({ types, primaryType: kind })))])
    ),
    signed: Object.fromEntries(kinds.map((kind) => [kind, signedVectors(kind)])),
    lanes: objects.Lane.map((lane, at) => ({ id: ids[at], object: encode('Lane', lane), laneId: laneId(lane) })),
    panels: objects.Panel.map((panel, at) => ({
      id: ids[at],
      object: encode('Panel', panel),
      arbiterSet: arbiterSet(panel)
    })),
    jobIds: jobIds.map((parts) => ({ ...parts, jobId: jobId(parts.laneId, parts.clientKey, parts.requestCommit) })),
    overcharge: overchargeVectors()
  }
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a list is shorter than this file says')
  return value
}
