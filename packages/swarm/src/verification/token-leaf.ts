import { z } from 'zod'
import { BaseError } from '../errors/index.ts'

/** How tokens were drawn, in whole millionths so that both sides hash the same bytes. */
export interface Sampling {
  /** 0 is greedy: the most probable token, always. */
  readonly temperatureMicro: number
  /** Draw from the so many most probable; 0 is off. */
  readonly topK: number
  /** Draw from the most probable that reach this mass together; 1,000,000 is off. */
  readonly topPMicro: number
  /** Draw from those at least so probable, as a share of the most probable one; 0 is off. */
  readonly minPMicro: number
}

/** What a provider claims of one generated token, and commits to before it knows what will be audited. */
export interface TokenLeaf {
  /** Place in the completion of the whole job, from 0. */
  readonly index: number
  /** Token id in the model's vocabulary. */
  readonly token: number
  /** -ln of the token's probability before temperature and filters, in micronats, rounded to the nearest. */
  readonly surprisalMicro: number
  readonly sampling: Sampling
}

const uint32 = z.int().min(0).max(0xffff_ffff)
const millionths = z.int().min(0).max(1_000_000)

export const tokenLeafSchema: z.ZodType<TokenLeaf> = z.strictObject({
  index: uint32,
  token: uint32,
  surprisalMicro: uint32,
  sampling: z.strictObject({
    temperatureMicro: uint32,
    topK: uint32,
    topPMicro: millionths,
    minPMicro: millionths
  })
})

/** Sets these leaves apart from the entries of an audit log, which are hashed in the same way. */
const tag = Uint8Array.from('unhosted token leaf 1\0', (letter) => letter.charCodeAt(0))
const fieldCount = 7

/** Every leaf has this length: the tag, then seven big-endian uint32. */
export const leafBytes = tag.length + 4 * fieldCount

/**
 * The bytes that a chunk's Merkle tree hashes.
 * @throws BaseError LEAF_MALFORMED for a field out of bounds, so that no two leaves share their bytes
 */
export function encodeLeaf(leaf: TokenLeaf): Uint8Array {
  const { index, token, surprisalMicro, sampling } = checked(leaf)
  const { temperatureMicro, topK, topPMicro, minPMicro } = sampling
  const encoded = new Uint8Array(leafBytes)
  encoded.set(tag)
  const view = new DataView(encoded.buffer, tag.length)
  const fields = [index, token, surprisalMicro, temperatureMicro, topK, topPMicro, minPMicro]
  fields.forEach((field, at) => {
    view.setUint32(4 * at, field)
  })
  return encoded
}

/** @throws BaseError LEAF_MALFORMED for anything that `encodeLeaf` does not give */
export function decodeLeaf(encoded: Uint8Array): TokenLeaf {
  if (encoded.length !== leafBytes || tag.some((byte, at) => encoded[at] !== byte)) {
    throw malformed(`expected ${leafBytes} bytes that begin with the tag of a token leaf`)
  }
  const view = new DataView(encoded.buffer, encoded.byteOffset + tag.length)
  const field = (at: number): number => view.getUint32(4 * at)
  return checked({
    index: field(0),
    token: field(1),
    surprisalMicro: field(2),
    sampling: { temperatureMicro: field(3), topK: field(4), topPMicro: field(5), minPMicro: field(6) }
  })
}

/**
 * The fixed-point form of a log-probability in nats. What is too improbable for it is held at its largest value.
 * @throws BaseError LEAF_MALFORMED for a number that is no log-probability
 */
export function toSurprisalMicro(logprob: number): number {
  if (!(logprob <= 0)) throw malformed(`${logprob} is no log-probability`)
  return Math.min(Math.round(-logprob * 1e6), 0xffff_ffff)
}

/** Nats. */
export const claimedLogprob = ({ surprisalMicro }: TokenLeaf): number => -surprisalMicro / 1e6

function checked(leaf: TokenLeaf): TokenLeaf {
  const parsed = tokenLeafSchema.safeParse(leaf)
  if (parsed.success) return parsed.data
  throw malformed(`field ${parsed.error.issues[0]?.path.join('.') ?? ''} is out of bounds`)
}

const malformed = (what: string): BaseError =>
  new BaseError('LEAF_MALFORMED', `A token leaf is malformed: ${what}.`, {
    advice: 'Do not pay for the chunk, and use another provider.'
  })
