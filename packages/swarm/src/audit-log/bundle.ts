import { z } from 'zod'
import { decode, encode, type Hash, type Hex, type Wire } from '../deal/index.ts'
import { isBaseError } from '../errors/index.ts'
import { type EntryKind, entryKinds, maxPayloadBytes, maxSaltBytes, minSaltBytes } from './commitment.ts'
import { problem } from './problem.ts'
import { maxNoteLength } from './signed-note.ts'
import { maxProofLength } from './verify-proof.ts'

/** Bounds of what is parsed. */
export const bundleLimits = {
  /** Characters of a bundle. */
  text: 2 ** 27,
  entries: 2 ** 20,
  openings: 2 ** 16,
  checkpoints: 4096,
  witnesses: 16,
  lanes: 4096,
  panels: 256
} as const

const format = 'unhosted-audit-bundle'
const version = 1

const hex = <T extends Hex>(least: number, most: number) => {
  const pattern = new RegExp(`^0x(?:[0-9a-f]{2}){${least},${most}}$`)
  return z.custom<T>((value) => typeof value === 'string' && pattern.test(value), {
    error: `expected ${least} to ${most} bytes in lower-case hexadecimal`
  })
}
const hash = hex<Hash>(32, 32)
const proof = z.array(hash).max(maxProofLength)
const verifierKey = z.string().max(512)

/** The terms as core/swarm/deal writes them: decoded first, so that nothing unbounded is ever written out again. */
const terms = <K extends 'Lane' | 'Panel'>(kind: K) =>
  z.custom<Wire<K>>((value) => isWritten(kind, value), { error: `expected a ${kind} in its one written form` })

function isWritten(kind: 'Lane' | 'Panel', value: unknown): boolean {
  try {
    const written = encode(kind, decode(kind, value))
    return JSON.stringify(written) === JSON.stringify(value)
  } catch (error) {
    if (isBaseError(error, 'DEAL_MALFORMED')) return false
    throw error
  }
}

const checkpoint = z.strictObject({ note: z.string().max(maxNoteLength), consistency: proof })
const opening = z.strictObject({
  index: z
    .int()
    .min(0)
    .max(2 ** 31 - 2),
  kind: z.enum(Object.keys(entryKinds) as [EntryKind, ...EntryKind[]]),
  salt: hex<Hex>(minSaltBytes, maxSaltBytes),
  payload: z.string().max(maxPayloadBytes),
  inclusion: proof.nullable()
})
const schema = z.strictObject({
  format: z.literal(format),
  version: z.literal(version),
  log: verifierKey,
  witnesses: z.array(verifierKey).max(bundleLimits.witnesses),
  lanes: z.array(terms('Lane')).max(bundleLimits.lanes),
  panels: z.array(terms('Panel')).max(bundleLimits.panels),
  checkpoints: z.array(checkpoint).min(1).max(bundleLimits.checkpoints),
  entries: z.array(hash).max(bundleLimits.entries).nullable(),
  openings: z.array(opening).max(bundleLimits.openings)
})

/** An entry that is shown. */
export interface BundleOpening {
  /** Which entry, from 0; openings stand in this order. */
  readonly index: number
  readonly kind: EntryKind
  readonly salt: Hex
  /** Exactly what was committed to, as text. */
  readonly payload: string
  /** In an excerpt the proof that the entry is in the last checkpoint; null where all entries are given. */
  readonly inclusion: readonly Hash[] | null
}

export interface BundleCheckpoint {
  /** Signed note: the log's signature first, then cosignatures in the order of `witnesses`. */
  readonly note: string
  /** From the checkpoint before to this one; empty for the first. */
  readonly consistency: readonly Hash[]
}

/** A log, or an excerpt of one, as it is handed to somebody who checks it. Version 1. */
export interface Bundle {
  readonly format: typeof format
  readonly version: typeof version
  /** Verifier key of the log; its name is the origin. */
  readonly log: string
  /** Verifier keys of those whose cosignatures are in it, sorted. */
  readonly witnesses: readonly string[]
  /** Terms of the lanes that opened jobs and vouchers name, sorted by lane id. */
  readonly lanes: readonly Wire<'Lane'>[]
  /** Panels that opened verdicts are of, sorted by their hash. */
  readonly panels: readonly Wire<'Panel'>[]
  /** In order of growing size; the last covers all entries. */
  readonly checkpoints: readonly BundleCheckpoint[]
  /** Every entry of the log, or null for an excerpt. */
  readonly entries: readonly Hash[] | null
  readonly openings: readonly BundleOpening[]
}

/** The one written form of a bundle. */
export function renderBundle(bundle: Bundle): string {
  return JSON.stringify(schema.parse(bundle))
}

/**
 * Parse a bundle. Only what `renderBundle` writes is taken: no blanks, no other order, no field twice, so that no
 * byte of a bundle is without meaning. Nothing is verified here.
 * @throws BaseError AUDIT_BUNDLE_MALFORMED
 */
export function parseBundle(text: string): Bundle {
  if (text.length > bundleLimits.text) throw malformed(`at most ${bundleLimits.text} characters`, `${text.length}`)
  const json = parseJson(text)
  const parsed = schema.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    // The names of unknown fields are the other side's text and stay out of ours.
    const what = issue?.code === 'unrecognized_keys' ? 'an unknown field' : (issue?.message ?? 'something else')
    throw malformed(
      `the fields of version ${version}`,
      `${issue?.path.join('.') || 'at the top'}: ${what}`,
      parsed.error
    )
  }
  if (JSON.stringify(parsed.data) !== text)
    throw malformed('the one written form', 'the same content written otherwise')
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw malformed('JSON', 'text that is none', error)
  }
}

const malformed = (expected: string, found: string, cause?: unknown) =>
  problem('AUDIT_BUNDLE_MALFORMED', { part: 'bundle', index: null, cause }, expected, found)
