import { describe, expect, it } from 'vitest'
import { planOnImaginedMachines } from './imagined-machines.ts'
import { limitsForMachines } from './limits-for-machines.ts'
import { inventModel } from './testing/machines.ts'

const facts = inventModel()

describe('limitsForMachines', () => {
  it.each([
    { id: 'two machines', machines: 2, contextSize: 2048 },
    { id: 'three machines', machines: 3, contextSize: 2048 },
    { id: 'three machines at a smaller context', machines: 3, contextSize: 512 },
    { id: 'four machines', machines: 4, contextSize: 2048 }
  ])('finds limits that need $id', ({ machines, contextSize }) => {
    const limits = limitsForMachines(facts, contextSize, machines)
    if (limits === null) throw new Error('there are limits')
    const { memoryBytes, lendBytes } = limits
    const lenders = Array.from({ length: machines - 1 }, () => lendBytes)
    expect(planOnImaginedMachines(facts, contextSize, [memoryBytes, ...lenders]).ok).toBe(true)
    expect(planOnImaginedMachines(facts, contextSize, [memoryBytes, ...lenders.slice(1)]).ok).toBe(false)
    expect(planOnImaginedMachines(facts, contextSize, [memoryBytes]).ok).toBe(false)
  })

  it('says so where there are none', () => {
    const oneLayer = inventModel({ layerBytes: [1] })
    expect(limitsForMachines(oneLayer, 64, 3)).toBeNull()
  })
})
