import { type MicroUsdc, microUsdc, type PicoUsdc, picoUsdc } from '@unhosted/core/units'
import { z } from 'zod'
import { BaseError } from '../errors/index.ts'
import {
  type Address,
  type CompactSignature,
  type Finish,
  finishes,
  type Hash,
  type Lane,
  type Panel
} from './objects.ts'
import type { SignedKind, SignedObjects } from './typed-data.ts'

// The wire form: strict JSON objects, one form for each value, so that two texts never mean one object.
// uint64 and uint128 of money and counters are canonical decimal strings; uint8, uint32 and times are JSON numbers
// (times only as far as numbers are exact); hexadecimal is lower case, and refused otherwise.

/** Most arbiters of one panel, as ProviderStake.MAX_ARBITERS. */
export const maxArbiters = 15

/** Everything that travels, by kind. */
export interface DealObjects extends SignedObjects {
  readonly Lane: Lane
  readonly Panel: Panel
}
export type DealKind = keyof DealObjects

/** An object with the signature of whoever answers for it. */
export interface Signed<K extends SignedKind> {
  readonly object: DealObjects[K]
  readonly signature: CompactSignature
}

const hex = <T extends string>(bytes: number) => {
  const pattern = new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`)
  return z.custom<T>((value) => typeof value === 'string' && pattern.test(value), {
    error: `expected ${bytes} bytes in lower-case hexadecimal`
  })
}
const hash = hex<Hash>(32)
const address = hex<Address>(20)
const signature = hex<CompactSignature>(64)

/** A whole number from 0 to `most`. Minus zero is not one: it would not come back as it went in. */
const count = (most: number) =>
  z
    .int()
    .min(0)
    .max(most)
    .refine((value) => !Object.is(value, -0), 'expected no minus zero')
const uint8 = count(0xff)
const uint32 = count(0xffff_ffff)
/** A uint64 for contracts; here what a number holds exactly, which is 285 million years. */
const seconds = count(Number.MAX_SAFE_INTEGER)

const decimal = <T extends bigint>(bits: number, from: (value: bigint) => T) => {
  const most = 2n ** BigInt(bits) - 1n
  const text = z
    .string()
    .max(String(most).length)
    .regex(/^(0|[1-9]\d*)$/, 'expected a decimal number as a string, without sign or leading zeros')
  const value = z.custom<T>((value) => typeof value === 'bigint' && value >= 0n && value <= most, {
    error: `expected 0 to 2^${bits} - 1`
  })
  return z.codec(text, value, { decode: (digits) => from(BigInt(digits)), encode: String })
}
const micro128 = decimal<MicroUsdc>(128, microUsdc)
const pico64 = decimal<PicoUsdc>(64, picoUsdc)
const pico128 = decimal<PicoUsdc>(128, picoUsdc)
const uint64 = decimal<bigint>(64, (value) => value)
const finish = z.literal(Object.values(finishes) as readonly Finish[])

const schemas = {
  Lane: z.strictObject({
    payer: address,
    provider: address,
    signer: address,
    closeWindow: uint32,
    nonce: uint64
  }),
  Voucher: z.strictObject({ laneId: hash, cumulative: micro128, ledgerHead: hash }),
  Quote: z.strictObject({
    provider: address,
    peerIdHash: hash,
    modelId: hash,
    inPico: pico64,
    outPico: pico64,
    cachedPico: pico64,
    maxCtx: uint32,
    chunkTokens: uint32,
    arbiterSet: hash,
    atRisk: micro128,
    validUntil: seconds,
    nonce: hash
  }),
  Job: z.strictObject({
    jobId: hash,
    laneId: hash,
    quoteHash: hash,
    requestCommit: hash,
    maxCharge: pico128,
    maxOut: uint32,
    deadline: seconds,
    attempt: uint32
  }),
  ChunkReceipt: z.strictObject({
    jobHash: hash,
    seq: uint32,
    prev: hash,
    leafRoot: hash,
    inTokens: uint32,
    cachedTokens: uint32,
    outTokens: uint32,
    chargedPico: pico128,
    signedAt: seconds,
    finish
  }),
  Panel: z.strictObject({ arbiters: z.array(address).max(maxArbiters), threshold: uint8 }),
  Verdict: z.strictObject({ disputeId: hash, guilty: z.boolean(), refund: micro128, evidenceRoot: hash }),
  JobKey: z.strictObject({ provider: address, peerIdHash: hash })
} as const satisfies { readonly [K in DealKind]: z.ZodType<DealObjects[K]> }

/** What `encode` gives and `decode` takes: JSON values only. */
export type Wire<K extends DealKind> = z.input<(typeof schemas)[K]>
export interface SignedWire<K extends SignedKind> {
  readonly object: Wire<K>
  readonly signature: CompactSignature
}

/** One schema for each kind, seen alike so that a generic kind can index it. */
const schemaOf = <K extends DealKind>(kind: K): z.ZodType<DealObjects[K], Wire<K>> =>
  schemas[kind] as unknown as z.ZodType<DealObjects[K], Wire<K>>

/**
 * Parse what a peer, a client or a file says is a `kind`.
 * @throws BaseError DEAL_MALFORMED
 */
export function decode<K extends DealKind>(kind: K, json: unknown): DealObjects[K] {
  return result(kind, schemaOf(kind).safeParse(json))
}

/**
 * The wire form; `decode` gives the same object back.
 * @throws BaseError DEAL_MALFORMED for an object out of bounds, so that none is ever sent
 */
export function encode<K extends DealKind>(kind: K, object: DealObjects[K]): Wire<K> {
  return result(kind, z.safeEncode(schemaOf(kind), object))
}

const envelope = z.strictObject({ object: z.unknown(), signature })

/**
 * Parse an object with its signature; who signed is not looked at here, see `recoverSigner`.
 * @throws BaseError DEAL_MALFORMED
 */
export function decodeSigned<K extends SignedKind>(kind: K, json: unknown): Signed<K> {
  const { object, signature } = result(kind, envelope.safeParse(json))
  return { object: decode(kind, object), signature }
}

/** @throws BaseError DEAL_MALFORMED */
export function encodeSigned<K extends SignedKind>(kind: K, signed: Signed<K>): SignedWire<K> {
  const { signature } = result(kind, envelope.safeParse(signed))
  return { object: encode(kind, signed.object), signature }
}

function result<T>(kind: DealKind, parsed: z.ZodSafeParseResult<T>): T {
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  // Values and unknown names are the other side's text: they stay out of ours.
  const what = issue?.code === 'unrecognized_keys' ? 'has an unknown field' : (issue?.message ?? 'does not parse')
  const where = issue === undefined || issue.path.length === 0 ? '' : `, field ${issue.path.join('.')}`
  throw new BaseError('DEAL_MALFORMED', `A ${kind} is malformed${where}: ${what}.`, {
    advice: 'Nothing was signed or paid. Update both machines to the same version.',
    details: { kind, path: issue?.path ?? [] }
  })
}
