import { globSync, readFileSync } from 'node:fs'
import { errorTable } from '@unhosted/core/errors'
import { describe, expect, it } from 'vitest'
import { renderErrors } from '../scripts/render-errors.ts'
import { renderSettings } from '../scripts/render-settings.ts'

const root = new URL('../', import.meta.url)
const sources = globSync(['packages/{core,node,cli,swarm-contracts}/src/**/*.ts', 'packages/cli/bin/*.js'], {
  cwd: root
})
  .filter((path) => !path.endsWith('.test.ts') && !path.endsWith('error-table.ts'))
  .map((path) => readFileSync(new URL(path, root), 'utf8'))

describe('docs', () => {
  it.each([
    ['errors.md', renderErrors],
    ['settings.md', renderSettings]
  ])('%s is what npm run docs makes of the code', (name, render) => {
    expect(readFileSync(new URL(`docs/${name}`, root), 'utf8')).toBe(render())
  })
})

describe('the error table', () => {
  it.each(Object.keys(errorTable))('%s can happen: some source names it', (code) => {
    expect(sources.some((source) => source.includes(`'${code}'`))).toBe(true)
  })

  it.each(Object.entries(errorTable))(
    '%s says what it means and what to do, in sentences',
    (_, { meaning, remedy }) => {
      expect(meaning).toMatch(/^[A-Z].*\.$/)
      expect(remedy).toMatch(/^[A-Z].*\.$/)
    }
  )
})
