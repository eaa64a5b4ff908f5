import { globSync, readFileSync } from 'node:fs'
import { errorTable } from '@unhosted/core/errors'
import { describe, expect, it } from 'vitest'
import { renderErrors } from '../scripts/render-errors.ts'

const root = new URL('../', import.meta.url)
const sources = globSync(['packages/{core,node,cli}/src/**/*.ts', 'packages/cli/bin/*.js'], { cwd: root })
  .filter((path) => !path.endsWith('.test.ts') && !path.endsWith('error-table.ts'))
  .map((path) => readFileSync(new URL(path, root), 'utf8'))

describe('docs/errors.md', () => {
  it('is what npm run docs makes of the table', () => {
    expect(readFileSync(new URL('docs/errors.md', root), 'utf8')).toBe(renderErrors())
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
