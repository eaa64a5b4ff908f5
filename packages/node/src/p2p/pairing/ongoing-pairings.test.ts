import { describe, expect, it } from 'vitest'
import { OngoingPairings } from './ongoing-pairings.ts'

describe('a pairing', () => {
  it('is under way until the last of several has ended', () => {
    const ongoing = new OngoingPairings()
    const [first, second] = [ongoing.begin('p'), ongoing.begin('p')]
    first()
    // A second end of the same one does not count.
    first()
    expect([ongoing.has('p'), ongoing.has('q')]).toEqual([true, false])
    second()
    expect(ongoing.has('p')).toBe(false)
  })
})
