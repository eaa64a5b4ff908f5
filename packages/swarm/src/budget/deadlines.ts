/**
 * Reservations by deadline, the soonest on top. A leftist heap (C. Crane, 1972): it never changes, and merging
 * two of them, which is all it does, takes logarithmic time.
 */
export interface Deadlines {
  readonly at: number
  readonly id: string
  readonly rank: number
  readonly left: Deadlines | null
  readonly right: Deadlines | null
}

export const pushDeadline = (heap: Deadlines | null, at: number, id: string): Deadlines | null =>
  merge(heap, { at, id, rank: 1, left: null, right: null })

export const popDeadline = (heap: Deadlines): Deadlines | null => merge(heap.left, heap.right)

function merge(a: Deadlines | null, b: Deadlines | null): Deadlines | null {
  if (a === null) return b
  if (b === null) return a
  const [top, other] = a.at <= b.at ? [a, b] : [b, a]
  const merged = merge(top.right, other)
  const { at, id, left } = top
  const leftRank = left?.rank ?? 0
  const mergedRank = merged?.rank ?? 0
  return leftRank >= mergedRank
    ? { at, id, rank: mergedRank + 1, left, right: merged }
    : { at, id, rank: leftRank + 1, left: merged, right: left }
}
