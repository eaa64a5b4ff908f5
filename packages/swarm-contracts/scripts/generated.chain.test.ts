import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { exported, render } from './render.ts'

describe('src/generated', () => {
  it('is what the contracts compile to now: npm run generate -w @unhosted/swarm-contracts', async () => {
    const contracts = await compile(Object.values(exported))
    for (const [index, file] of Object.keys(exported).entries()) {
      const written = await readFile(new URL(`../src/generated/${file}.ts`, import.meta.url), 'utf8')
      const contract = contracts[index]
      // Not toBe: a difference in 50,000 characters of code tells nobody anything.
      expect(contract !== undefined && written === render(contract), `${file}.ts is current`).toBe(true)
    }
  }, 180_000)
})
