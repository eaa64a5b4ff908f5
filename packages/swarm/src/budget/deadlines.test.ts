import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Deadlines, popDeadline, pushDeadline } from './deadlines.ts'

it('the soonest is always on top, in whatever order they came', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 200 }), (times) => {
      let heap: Deadlines | null = null
      for (const at of times) heap = pushDeadline(heap, at, `${at}`)
      const popped: number[] = []
      for (; heap !== null; heap = popDeadline(heap)) popped.push(heap.at)
      expect(popped).toEqual(times.toSorted((a, b) => a - b))
    }),
    { numRuns: 50 }
  )
})

it('is no deeper to the right than the logarithm of its size', () => {
  let heap: Deadlines | null = null
  for (let at = 0; at < 1_000; at++) heap = pushDeadline(heap, (at * 7) % 1_000, `${at}`)
  let depth = 0
  for (let node = heap; node !== null; node = node.right) depth++
  expect(depth).toBeLessThanOrEqual(10)
})
