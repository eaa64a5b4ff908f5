import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { documentedFigures } from './documented-figures.ts'

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

/** Every block of figures in a page, by name. */
const blocksOf = (page: string): readonly (readonly [string, string])[] =>
  [...page.matchAll(/<!-- figures: (.+?) -->\n([\s\S]*?)\n<!-- end -->/g)].map(([, name = '', block = '']) => [
    name,
    block
  ])

const expected = documentedFigures(JSON.parse(read('packages/swarm-contracts/snapshots/SwarmLanes.json')))
const documented = ['verification', 'economics'].flatMap((page) => blocksOf(read(`packages/swarm/docs/${page}.md`)))

describe('the figures in packages/swarm/docs', () => {
  it('are these', () => {
    expect(documented.map(([name]) => name).toSorted()).toEqual(Object.keys(expected).toSorted())
  })

  it.each(documented)('of %s are what the code computes', (name, block) => {
    expect(block).toBe(expected[name])
  })
})
