import type { MicroUsdc, PicoUsdc } from '@unhosted/core/units'

// What the two sides of the swarm sign, field by field as in packages/swarm-contracts/contracts/SwarmTypes.sol.
// Types only: schema.ts parses them from hostile JSON, typed-data.ts hashes them.

/** Lower-case hexadecimal. */
export type Hex = `0x${string}`
/** 20 bytes, lower case, no checksum. */
export type Address = Hex
/** 32 bytes. */
export type Hash = Hex
/** 64 bytes: r and vs of EIP-2098, one after the other. */
export type CompactSignature = Hex
/** Unix time in whole seconds, as contracts know it. */
export type Seconds = number

/** The terms of a lane, fixed when it opens. Its id is `laneId(lane)`. */
export interface Lane {
  readonly payer: Address
  readonly provider: Address
  /** Signs vouchers and jobs; cannot withdraw. */
  readonly signer: Address
  readonly closeWindow: Seconds
  /** Counts the lanes of this payer. */
  readonly nonce: bigint
}

export interface Voucher {
  readonly laneId: Hash
  /** Owed in all since the lane opened; never falls. */
  readonly cumulative: MicroUsdc
  /** Head of the payer's audit log when this was signed. */
  readonly ledgerHead: Hash
}

export interface Quote {
  readonly provider: Address
  readonly peerIdHash: Hash
  readonly modelId: Hash
  /** For a prompt token that is evaluated. */
  readonly inPico: PicoUsdc
  /** For a token that is generated. */
  readonly outPico: PicoUsdc
  /** For a prompt token that was in the cache. */
  readonly cachedPico: PicoUsdc
  readonly maxCtx: number
  /** Generated tokens per receipt. */
  readonly chunkTokens: number
  readonly arbiterSet: Hash
  /** Stake that one guilty verdict takes. */
  readonly atRisk: MicroUsdc
  readonly validUntil: Seconds
  readonly nonce: Hash
}

export interface Job {
  readonly jobId: Hash
  readonly laneId: Hash
  readonly quoteHash: Hash
  readonly requestCommit: Hash
  readonly maxCharge: PicoUsdc
  readonly maxOut: number
  readonly deadline: Seconds
  readonly attempt: number
}

/** How a job ended, or 0 while it runs. */
export const finishes = { running: 0, stop: 1, length: 2, cancelled: 3, error: 4 } as const
export type Finish = (typeof finishes)[keyof typeof finishes]

/** Counts and charge are sums since the first receipt of the job. */
export interface ChunkReceipt {
  readonly jobHash: Hash
  readonly seq: number
  /** Struct hash of the receipt before; zero for the first. */
  readonly prev: Hash
  readonly leafRoot: Hash
  /** Prompt tokens evaluated; cached ones are not among them. */
  readonly inTokens: number
  readonly cachedTokens: number
  readonly outTokens: number
  readonly chargedPico: PicoUsdc
  readonly signedAt: Seconds
  readonly finish: Finish
}

/** Who judges a dispute: `arbiterSet(panel)` stands in the quote. */
export interface Panel {
  readonly arbiters: readonly Address[]
  readonly threshold: number
}

export interface Verdict {
  /** The job hash. */
  readonly disputeId: Hash
  readonly guilty: boolean
  readonly refund: MicroUsdc
  readonly evidenceRoot: Hash
}

/** A job key's consent to work for a provider. */
export interface JobKey {
  readonly provider: Address
  readonly peerIdHash: Hash
}
