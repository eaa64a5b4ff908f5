/** Middle and range of some measurements; all of them stay in the raw results. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly count: number
}

/** @throws Error for no values: a benchmark without measurements is a fault */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const [min, max] = [sorted[0], sorted.at(-1)]
  if (min === undefined || max === undefined) throw new Error('There is nothing to take a median of.')
  const middle = sorted.length / 2
  const median = ((sorted[Math.ceil(middle) - 1] ?? min) + (sorted[Math.floor(middle)] ?? max)) / 2
  return { median, min, max, count: sorted.length }
}

/** `12.3 (11.9 to 12.8)`. */
export function formatSpread({ median, min, max }: Spread): string {
  return `${shorten(median)} (${shorten(min)} to ${shorten(max)})`
}

/** Three figures that mean something. */
export function shorten(value: number): string {
  const size = Math.abs(value)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)
}
