import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bumpRoundedUp, firstFees, replacementFees } from './fees.ts'

const wei = fc.bigInt(0n, 10n ** 15n)

describe('firstFees', () => {
  it('leaves room for the base fee to double, but not above the cap', () => {
    const market = { baseFeePerGas: 100n, priorityFeePerGas: 7n }
    expect(firstFees(market, 1000n)).toEqual({ maxFeePerGas: 207n, maxPriorityFeePerGas: 7n })
    expect(firstFees(market, 150n)).toEqual({ maxFeePerGas: 150n, maxPriorityFeePerGas: 7n })
    expect(firstFees(market, 107n)).toEqual({ maxFeePerGas: 107n, maxPriorityFeePerGas: 7n })
    expect(() => firstFees(market, 106n)).toThrow(expect.objectContaining({ code: 'TX_FEE_ABOVE_CAP' }))
  })
})

describe('replacementFees', () => {
  it.each([
    [0n, 1n],
    [1n, 2n],
    [8n, 9n],
    [9n, 11n],
    [1000n, 1125n],
    [1001n, 1127n]
  ])('%d becomes %d', (fee, bumped) => {
    expect(bumpRoundedUp(fee)).toBe(bumped)
  })

  it('both fees rise by 12.5 % at least, stay below the cap, and fit together; or there is none', () => {
    fc.assert(
      fc.property(wei, wei, wei, wei, wei, (max, tip, baseFeePerGas, priorityFeePerGas, cap) => {
        const previous = { maxFeePerGas: max + tip, maxPriorityFeePerGas: tip }
        const fees = replacementFees(previous, { baseFeePerGas, priorityFeePerGas }, cap)
        if (fees === null) return
        expect(fees.maxFeePerGas * 1000n).toBeGreaterThanOrEqual(previous.maxFeePerGas * 1125n)
        expect(fees.maxPriorityFeePerGas * 1000n).toBeGreaterThanOrEqual(previous.maxPriorityFeePerGas * 1125n)
        expect(fees.maxFeePerGas).toBeLessThanOrEqual(cap)
        expect(fees.maxPriorityFeePerGas).toBeLessThanOrEqual(fees.maxFeePerGas)
      })
    )
  })

  it('there is none where the cap is below 12.5 % more', () => {
    const previous = { maxFeePerGas: 1000n, maxPriorityFeePerGas: 10n }
    const market = { baseFeePerGas: 1n, priorityFeePerGas: 1n }
    expect(replacementFees(previous, market, 1124n)).toBeNull()
    expect(replacementFees(previous, market, 1125n)).toEqual({ maxFeePerGas: 1125n, maxPriorityFeePerGas: 12n })
  })
})
