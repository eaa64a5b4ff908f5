import { type DealObjects, decodeSigned, encodeSigned, type Signed, type SignedKind } from '../deal/index.ts'
import { BaseError } from '../errors/index.ts'
import type { BundleOpening } from './bundle.ts'
import type { EntryKind } from './commitment.ts'
import { problem } from './problem.ts'

/**
 * Kinds of entries that hold a signed object of core/swarm/deal, and which.
 * @internal For its test.
 */
export const dealKinds = {
  quote: 'Quote',
  job: 'Job',
  receipt: 'ChunkReceipt',
  voucher: 'Voucher',
  verdict: 'Verdict'
} as const satisfies Partial<Record<EntryKind, SignedKind>>
export type DealEntryKind = keyof typeof dealKinds

/** The payload of an entry that holds a signed object: its wire form as JSON.stringify writes it. */
export function dealPayload<K extends DealEntryKind>(kind: K, signed: Signed<(typeof dealKinds)[K]>): string {
  return JSON.stringify(encodeSigned<(typeof dealKinds)[K]>(dealKinds[kind], signed))
}

/** An opened entry, parsed. Budget decisions, audit results and notes are any JSON object. */
export type OpenedObject =
  | { readonly [K in DealEntryKind]: { readonly kind: K } & Signed<(typeof dealKinds)[K]> }[DealEntryKind]
  | { readonly kind: Exclude<EntryKind, DealEntryKind> }

/** @throws BaseError AUDIT_PAYLOAD_MALFORMED */
export function readPayload(position: number, { kind, payload }: BundleOpening): OpenedObject {
  const json = parseObject(position, kind, payload)
  switch (kind) {
    case 'quote':
    case 'job':
    case 'receipt':
    case 'voucher':
    case 'verdict':
      return { kind, ...readSigned(position, kind, json, payload) } as OpenedObject
    default:
      return { kind }
  }
}

function readSigned<K extends DealEntryKind>(
  position: number,
  kind: K,
  json: unknown,
  payload: string
): Signed<(typeof dealKinds)[K]> {
  const signed = decodeAt<(typeof dealKinds)[K]>(position, dealKinds[kind], json)
  if (dealPayload(kind, signed) !== payload) {
    throw malformed(position, `a ${kind} in its one written form`, 'the same content written otherwise')
  }
  return signed
}

function decodeAt<K extends SignedKind & keyof DealObjects>(position: number, kind: K, json: unknown): Signed<K> {
  try {
    return decodeSigned(kind, json)
  } catch (cause) {
    if (cause instanceof BaseError) throw malformed(position, `a signed ${kind}`, cause.message, cause)
    throw cause
  }
}

function parseObject(position: number, kind: EntryKind, payload: string): unknown {
  try {
    const json: unknown = JSON.parse(payload)
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json
  } catch (cause) {
    throw malformed(position, `a ${kind} as JSON`, 'text that is none', cause)
  }
  throw malformed(position, `a ${kind} as a JSON object`, 'another value')
}

const malformed = (index: number, expected: string, found: string, cause?: unknown) =>
  problem('AUDIT_PAYLOAD_MALFORMED', { part: 'opening', index, cause }, expected, found)
