import { describe, expect, it } from 'vitest'
import { formatSpread, spread } from './stats.ts'

describe('spread', () => {
  const cases = [
    { id: 'of one', values: [3], median: 3 },
    { id: 'of an odd count takes the middle', values: [9, 1, 5], median: 5 },
    { id: 'of an even count takes the mean of the middle two', values: [4, 1, 9, 2], median: 3 }
  ]
  it.each(cases)('$id', ({ values, median }) => {
    expect(spread(values).median).toBe(median)
  })
  it('keeps the range, and prints it', () => {
    expect(formatSpread(spread([10.04, 9, 12.5]))).toBe('10.0 (9.00 to 12.5)')
  })
  it('refuses nothing', () => {
    expect(() => spread([])).toThrow('nothing')
  })
})
