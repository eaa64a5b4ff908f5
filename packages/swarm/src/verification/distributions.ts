import { lnGamma, upperGamma } from './incomplete-gamma.ts'

// Tails and quantiles of the three distributions that the tests of a provider's work rest on.

/** P(X > x) for X chi-square with `degrees` > 0 of freedom, which need not be whole. */
export const chiSquareTail = (x: number, degrees: number): number => upperGamma(degrees / 2, x / 2)

/** The x that X exceeds with probability `tail`. */
export const chiSquareQuantile = (tail: number, degrees: number): number =>
  rootOfFalling((x) => chiSquareTail(x, degrees) - tail, 0, degrees + 10)

/** P(Z > z) for a standard normal Z: half of Q(1/2, z^2 / 2), DLMF 7.11.2. */
export function normalTail(z: number): number {
  const half = upperGamma(0.5, (z * z) / 2) / 2
  return z < 0 ? 1 - half : half
}

/** The z that Z exceeds with probability `tail`, for tails of one half or less. */
export const normalQuantile = (tail: number): number => rootOfFalling((z) => normalTail(z) - tail, 0, 1)

/** P(X >= k) for X binomial(n, p): the sum of its terms, the largest first, so that a small tail keeps its digits. */
export function binomialTail(n: number, p: number, k: number): number {
  if (k <= 0) return 1
  if (k > n || p <= 0) return 0
  if (p >= 1) return 1
  // The smaller side is summed; the other is its complement.
  return k > n * p ? termsUpwards(n, p, k) : 1 - termsUpwards(n, 1 - p, n - k + 1)
}

function termsUpwards(n: number, p: number, k: number): number {
  const choices = lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1)
  let term = Math.exp(choices + k * Math.log(p) + (n - k) * Math.log1p(-p))
  let sum = 0
  for (let at = k; at <= n && term > sum * Number.EPSILON; at += 1) {
    sum += term
    term *= ((n - at) / (at + 1)) * (p / (1 - p))
  }
  return sum
}

/** Where a falling function crosses zero, at or above `low`: doubling, then bisection down to the last bit. */
function rootOfFalling(f: (x: number) => number, low: number, firstGuess: number): number {
  let [below, above] = [low, firstGuess]
  while (f(above) > 0) {
    below = above
    above *= 2
  }
  for (let middle = (below + above) / 2; middle > below && middle < above; middle = (below + above) / 2) {
    if (f(middle) > 0) below = middle
    else above = middle
  }
  return above
}
