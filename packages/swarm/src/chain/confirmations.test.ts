import { microUsdc } from '@unhosted/core/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { confirmationsFor } from './confirmations.ts'

describe('confirmationsFor', () => {
  it.each([
    [0n, 1],
    [1_000_000n, 1],
    [1_000_001n, 3],
    [10_000_000n, 3],
    [10_000_001n, 12],
    [100_000_000n, 12],
    [100_000_001n, 32],
    [1_000_000_000n, 32],
    [1_000_000_001n, 64],
    [2n ** 104n, 64]
  ])('%d micro-USDC: %d blocks', (amount, blocks) => {
    expect(confirmationsFor(microUsdc(amount))).toBe(blocks)
  })

  it('never asks for less where there is more', () => {
    const amounts = fc.bigInt(0n, 2n ** 104n).map(microUsdc)
    fc.assert(
      fc.property(amounts, amounts, (a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a]
        expect(confirmationsFor(less)).toBeLessThanOrEqual(confirmationsFor(more))
      })
    )
  })
})
