import { drawOf, type TokenView } from '../draw.ts'
import type { Sampling } from '../token-leaf.ts'
import type { DrawnToken } from '../z-test.ts'
import type { SeededRandom } from './seeded-random.ts'

/** Log-probabilities of every token at one position. */
export type Position = readonly number[]

export const unfiltered: Sampling = { temperatureMicro: 1_000_000, topK: 0, topPMicro: 1_000_000, minPMicro: 0 }

/** A position as language has them: ranks fall off as a power, steeply at some positions and hardly at others. */
export function inventPosition(random: SeededRandom, vocabulary: number): Position {
  const steepness = 0.7 + 2.5 * random.uniform()
  return normalised(Array.from({ length: vocabulary }, (_, rank) => -steepness * Math.log(rank + 1)))
}

/** Another model's view of the position: every logit off by `rms` nats. */
export const perturbed = (position: Position, rms: number, random: SeededRandom): Position =>
  normalised(position.map((logprob) => logprob + rms * random.normal()))

/** What an engine lists of a position. */
export function viewOf(position: Position, listed: number): TokenView {
  const ranked = position.map((logprob, token) => ({ token, logprob })).toSorted((a, b) => b.logprob - a.logprob)
  return { listed: ranked.slice(0, listed), vocabulary: position.length }
}

/** Every token that can be drawn, with its probability: what `drawOf` must agree with, reckoned another way. */
export function supportOf(position: Position, sampling: Sampling): readonly { token: number; probability: number }[] {
  let ranked = viewOf(position, position.length).listed.map(({ token, logprob }) => ({
    token,
    mass: Math.exp(logprob)
  }))
  if (sampling.topK > 0) ranked = ranked.slice(0, sampling.topK)
  const wanted = (sampling.topPMicro / 1e6) * ranked.reduce((sum, { mass }) => sum + mass, 0)
  let before = 0
  ranked = ranked.filter(({ mass }) => {
    const open = sampling.topPMicro === 1_000_000 || before < wanted
    before += mass
    return open
  })
  const least = (sampling.minPMicro / 1e6) * (ranked[0]?.mass ?? 0)
  const weighted = ranked
    .filter(({ mass }) => mass >= least)
    .map(({ token, mass }) => ({ token, weight: mass ** (1e6 / sampling.temperatureMicro) }))
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0)
  return weighted.map(({ token, weight }) => ({ token, probability: weight / total }))
}

/** Draws tokens of a position. */
export function sampler(position: Position, sampling: Sampling): (random: SeededRandom) => number {
  const support = supportOf(position, sampling)
  return (random) => {
    let left = random.uniform()
    const drawn = support.find(({ probability }) => {
      left -= probability
      return left < 0
    })
    return drawn?.token ?? support[0]?.token ?? 0
  }
}

/** A completion of `writers` (one for each position) as the auditor with `judges` sees it. */
export function completion(
  writers: readonly ((random: SeededRandom) => number)[],
  judges: readonly DrawnToken['draw'][],
  random: SeededRandom
): readonly DrawnToken[] {
  return judges.map((draw, at) => ({ token: writers[at]?.(random) ?? 0, draw }))
}

export const judge = (position: Position, sampling: Sampling, listed: number): DrawnToken['draw'] =>
  drawOf(viewOf(position, listed), sampling)

function normalised(logits: readonly number[]): Position {
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0))
  return logits.map((logit) => logit - total)
}
