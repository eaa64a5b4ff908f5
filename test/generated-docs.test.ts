import { globSync, readFileSync } from 'node:fs'
import { coreErrorTable, type ErrorSpec } from '@unhosted/core/errors'
import { swarmErrorTable } from '@unhosted/swarm/errors'
import { contractsErrorTable } from '@unhosted/swarm-contracts'
import { describe, expect, it } from 'vitest'
import { renderErrors, renderSwarmErrors } from '../scripts/render-errors.ts'
import { renderConfigSchema, renderSettings } from '../scripts/render-settings.ts'
import { renderWarnings } from '../scripts/render-warnings.ts'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

describe('docs', () => {
  it.each([
    ['docs/errors.md', renderErrors],
    ['docs/config.schema.json', renderConfigSchema],
    ['docs/settings.md', renderSettings],
    ['docs/warnings.md', renderWarnings],
    ['packages/swarm/docs/errors.md', renderSwarmErrors]
  ])('%s is what npm run docs makes of the code', (path, render) => {
    expect(read(path)).toBe(render())
  })
})

/** Each table, and the packages that may throw its codes. */
const tables: readonly [string, Readonly<Record<string, ErrorSpec>>, string][] = [
  ['core', coreErrorTable, 'packages/{core,node,terminal,cli}/{src,bin}/**/*.{ts,js}'],
  ['swarm', swarmErrorTable, 'packages/swarm/src/**/*.ts'],
  ['contracts', contractsErrorTable, 'packages/swarm-contracts/{src,scripts}/**/*.ts']
]

describe.each(tables)('the error table of %s', (_, table, pattern) => {
  const sources = globSync(pattern, { cwd: root })
    .filter((path) => !/\.test\.ts$|error-table\.ts$|src\/errors\.ts$/.test(path))
    .map(read)

  it.each(Object.keys(table))('%s can happen: some source of its package names it', (code) => {
    expect(sources.some((source) => source.includes(`'${code}'`))).toBe(true)
  })

  it.each(Object.entries(table))('%s says what it means and what to do, in sentences', (_, { meaning, remedy }) => {
    expect(meaning).toMatch(/^[A-Z].*\.$/)
    expect(remedy).toMatch(/^[A-Z].*\.$/)
  })

  it.each(Object.entries(table))('%s has a status that goes with its type', (_, { status, type }) => {
    const statuses: Readonly<Record<ErrorSpec['type'], (status: number) => boolean>> = {
      invalid_request_error: (code) => [400, 402, 409, 413].includes(code),
      authentication_error: (code) => code === 401,
      permission_error: (code) => code === 403,
      not_found_error: (code) => code === 404,
      server_error: (code) => code === 499 || code >= 500
    }
    expect(statuses[type](status)).toBe(true)
  })
})

it('no code stands in two tables', () => {
  const codes = tables.flatMap(([, table]) => Object.keys(table))
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([])
})
