import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Mutant, mutate } from './mutant.ts'
import { providerStakeMutants } from './provider-stake.ts'
import { swarmLanesMutants } from './swarm-lanes.ts'

const all = [...swarmLanesMutants, ...providerStakeMutants]
const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

// Whether tests catch them takes minutes: npm run mutants -w @unhosted/swarm-contracts.
describe('mutants', () => {
  it.each(all.map((mutant) => [mutant.id, mutant] as const))('%s: fits the source', (_, mutant) => {
    expect(mutate(read(mutant.file), mutant)).not.toBe(read(mutant.file))
  })

  it('have names of their own', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  })

  const mutant: Mutant = { id: 'x', file: 'a.sol', find: 'a < b', replace: 'a > b', tests: '*' }
  it.each([
    ['its text is gone', 'a <= b', 'stands 0 times'],
    ['its text stands twice', 'a < b, a < b', 'stands 2 times']
  ])('fail loudly when %s', (_, source, problem) => {
    expect(() => mutate(source, mutant)).toThrow(problem)
  })
})
