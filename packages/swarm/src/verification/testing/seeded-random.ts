/** Random numbers for simulations: the same seed gives the same run on every machine. Not for secrets. */
export interface SeededRandom {
  /** At or above 0, below 1. */
  uniform(): number
  /** Mean 0, variance 1. */
  normal(): number
  /** Mean 0, variance 1, kurtosis 6: more outliers than a normal. */
  laplace(): number
}

/** xorshift128 (Marsaglia, J. Stat. Soft. 8(14), 2003); normals by Box and Muller (Ann. Math. Stat. 29, 1958). */
export function seededRandom(seed: number): SeededRandom {
  const state = Uint32Array.of(seed, 362_436_069, 521_288_629, 88_675_123)
  const next = (): number => {
    const [x = 0, y = 0, z = 0, w = 0] = state
    const t = x ^ (x << 11)
    state.set([y, z, w, w ^ (w >>> 19) ^ t ^ (t >>> 8)])
    return (state[3] ?? 0) / 2 ** 32
  }
  // The first numbers still show how little there is in a small seed.
  for (let skipped = 0; skipped < 64; skipped += 1) next()
  return {
    uniform: next,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    laplace() {
      const side = next() - 0.5
      return (-Math.sign(side) * Math.log(1 - 2 * Math.abs(side))) / Math.SQRT2
    }
  }
}

/** Share of `trials` runs in which `happens` does. */
export function frequency(trials: number, happens: () => boolean): number {
  let count = 0
  for (let trial = 0; trial < trials; trial += 1) if (happens()) count += 1
  return count / trials
}

/** Four and a half standard deviations of a frequency: one fair simulation in 147,000 strays further. */
export const tolerance = (probability: number, trials: number): number =>
  4.5 * Math.sqrt((probability * (1 - probability)) / trials)
