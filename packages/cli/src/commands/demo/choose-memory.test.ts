import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ModelFacts, modelFactsSchema } from '@unhosted/core/models'
import { tinyModel } from '@unhosted/node/models'
import { describe, expect, it } from 'vitest'
import { planOnInventedMachines } from '../../setup/invented-machine.ts'
import { chooseMemory } from './choose-memory.ts'

const facts: ModelFacts = modelFactsSchema.parse(
  JSON.parse(readFileSync(join(tinyModel.directory, 'facts.json'), 'utf8'))
)

describe('chooseMemory', () => {
  it.each([
    { id: 'three machines at the whole context', machines: 3, contextSize: 2048 },
    { id: 'three machines at half of it', machines: 3, contextSize: 1024 }
  ])('finds limits that need $id', ({ machines, contextSize }) => {
    const { memoryBytes, lendBytes } = chooseMemory(facts, contextSize, machines)
    const lenders = Array.from({ length: machines - 1 }, () => lendBytes)
    const all = planOnInventedMachines(facts, contextSize, [memoryBytes, ...lenders])
    if (!all.ok) throw new Error('there is a plan')
    expect(new Set(all.plan.segments.map(({ machine }) => machine)).size).toBe(machines)
    expect(planOnInventedMachines(facts, contextSize, [memoryBytes, ...lenders.slice(1)]).ok).toBe(false)
    expect(planOnInventedMachines(facts, contextSize, [memoryBytes]).ok).toBe(false)
    expect(lendBytes).toBeLessThanOrEqual(memoryBytes)
  })

  it('says so where no limits do', () => {
    expect(() => chooseMemory({ ...facts, layerCount: 1, layerBytes: [1], kvBytesPerToken: [1] }, 64, 3)).toThrow(
      /cannot be made to need 3/
    )
  })
})
