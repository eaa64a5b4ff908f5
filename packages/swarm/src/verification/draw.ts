import { BaseError } from '../errors/index.ts'
import { requireRange, requireWhole } from './require-range.ts'
import type { Sampling } from './token-leaf.ts'

// How a token was drawn, as far as an engine's list of the most probable ones tells. llama-server's n_probs gives
// log-probabilities before sampling; its samplers then apply top_k, top_p, min_p and temperature, in this order.

/** Less probable tokens are as good as never drawn; each counts as this, nats, so that every score is finite. */
const leastLogprob = -100

export interface ListedToken {
  readonly token: number
  /** Nats, before temperature and filters. */
  readonly logprob: number
}

/** What the auditor's engine finds at one position. */
export interface TokenView {
  /** The most probable tokens, the most probable first. */
  readonly listed: readonly ListedToken[]
  /** How many tokens the model knows in all. */
  readonly vocabulary: number
}

/** The distribution that the next token was drawn from. */
export interface Draw {
  /** Those that can be drawn, with weights in proportion to their probability. */
  readonly listed: readonly (ListedToken & { readonly weight: number })[]
  /** Sum of their weights. */
  readonly listedWeight: number
  /** Bounds on the weight of all unlisted tokens together; both 0 where the filters leave none. */
  readonly tail: { readonly least: number; readonly most: number }
}

/** Tokens beyond the list: how many may be drawn, how probable each may be, and their mass before temperature. */
interface Tail {
  readonly count: number
  readonly each: number
  readonly least: number
  readonly most: number
}

const none: Tail = { count: 0, each: 0, least: 0, most: 0 }

/**
 * Apply `sampling` to what the engine lists.
 * @throws BaseError VERIFICATION_VIEW_TOO_NARROW when the list cannot tell which tokens pass top_p
 * @throws BaseError VERIFICATION_OUT_OF_RANGE for a list out of order, or a temperature of 0 (that is Test B's)
 */
export function drawOf({ listed, vocabulary }: TokenView, sampling: Sampling): Draw {
  const kept = requireListed(listed, vocabulary).map(({ token, logprob }) => ({
    token,
    logprob,
    mass: Math.exp(logprob)
  }))
  const each = kept.at(-1)?.mass ?? 0
  const count = vocabulary - kept.length
  const rest = count === 0 ? 0 : Math.min(Math.max(0, 1 - massOf(kept)), count * each)
  const afterTopK = topK(kept, { count, each, least: rest, most: rest }, sampling.topK)
  const afterTopP = topP(...afterTopK, sampling.topPMicro / 1e6)
  const [support, tail] = minP(...afterTopP, sampling.minPMicro / 1e6)
  const exponent = 1e6 / requireRange('temperature', sampling.temperatureMicro, 1, 0xffff_ffff)
  // Weights count from the most probable token, so that no temperature makes all of them vanish.
  const top = support[0]?.mass ?? 1
  const weighted = support.map(({ token, logprob, mass }) => ({ token, logprob, weight: (mass / top) ** exponent }))
  return {
    listed: weighted,
    listedWeight: weighted.reduce((sum, { weight }) => sum + weight, 0),
    tail: tailWeight(tail, exponent, top)
  }
}

type Mass = ListedToken & { readonly mass: number }
type Stage = readonly [readonly Mass[], Tail]

function topK(kept: readonly Mass[], tail: Tail, k: number): Stage {
  if (k === 0 || k >= kept.length + tail.count) return [kept, tail]
  if (k <= kept.length) return [kept.slice(0, k), none]
  // The k most probable reach into the tail: its best `count` hold at least their even share of its mass.
  const count = k - kept.length
  return [
    kept,
    { ...tail, count, least: (tail.least * count) / tail.count, most: Math.min(tail.most, count * tail.each) }
  ]
}

/** The shortest run of the most probable that holds `share` of what is left; at least one token. */
function topP(kept: readonly Mass[], tail: Tail, share: number): Stage {
  if (share === 1) return [kept, tail]
  const mass = massOf(kept)
  const [low, high] = [share * (mass + tail.least), share * (mass + tail.most)]
  const cut = reaching(kept, low)
  if (cut !== reaching(kept, high)) {
    throw new BaseError('VERIFICATION_VIEW_TOO_NARROW', `${kept.length} listed tokens do not tell where top_p cuts.`, {
      advice: 'Ask the engine for more alternatives (n_probs), best as many as top_k.'
    })
  }
  if (cut !== null) return [kept.slice(0, cut), none]
  // The run ends in the tail, and passes its share by one token at most.
  return [kept, { ...tail, least: low - mass, most: Math.min(tail.most, high - mass + tail.each) }]
}

/** How many of the first tokens hold `mass` together; null if all of them do not. */
function reaching(kept: readonly Mass[], mass: number): number | null {
  let sum = 0
  for (const [at, each] of kept.entries()) {
    sum += each.mass
    if (sum >= mass) return at + 1
  }
  return null
}

function minP(kept: readonly Mass[], tail: Tail, share: number): Stage {
  const least = share * (kept[0]?.mass ?? 0)
  const passing = kept.filter(({ mass }) => mass >= least)
  if (passing.length < kept.length || tail.each < least) return [passing, none]
  // Some of the tail may pass, or none of it.
  return least === 0 ? [kept, tail] : [kept, { ...tail, least: 0, count: Math.min(tail.count, tail.most / least) }]
}

/**
 * Bounds on the sum of (x / top)^a over the tail, where each x is at most `each` and all sum to its mass. x^a is
 * convex for a >= 1: the sum is least when spread evenly, greatest when packed at the bound; for a < 1 the reverse.
 */
function tailWeight({ count, each, least, most }: Tail, exponent: number, top: number): Draw['tail'] {
  const spread = (mass: number): number => (mass === 0 ? 0 : count * (mass / count / top) ** exponent)
  const packed = (mass: number): number => (mass === 0 ? 0 : (mass / each) * (each / top) ** exponent)
  return exponent >= 1 ? { least: spread(least), most: packed(most) } : { least: packed(least), most: spread(most) }
}

const massOf = (kept: readonly Mass[]): number => kept.reduce((sum, { mass }) => sum + mass, 0)

function requireListed(listed: readonly ListedToken[], vocabulary: number): readonly ListedToken[] {
  requireWhole('listed tokens', listed.length, 1, requireWhole('vocabulary', vocabulary, 1, 2 ** 32))
  return listed.map(({ token, logprob }, at) => {
    requireRange(`logprob ${at} of the list`, logprob, Number.NEGATIVE_INFINITY, listed[at - 1]?.logprob ?? 0)
    return { token, logprob: Math.max(logprob, leastLogprob) }
  })
}
