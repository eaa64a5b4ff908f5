import { describe, expect, it } from 'vitest'
import { known } from './known-violations.ts'
import { parseSource } from './parse-source.ts'
import { resolverOf } from './resolve-import.ts'
import { importedDoubles, looseDoubles, publishedDoubles } from './rules/published-doubles.ts'
import { allSources, paths, readText, workspace } from './tree.ts'
import { expectOnly, places } from './violations.ts'

const resolve = resolverOf(workspace)

describe('the rules', () => {
  it.each([
    ['nothing', '{}', 2],
    ['tests only', '{ "exclude": ["src/**/*.test.ts"] }', 1],
    ['tests and doubles', '{ "exclude": ["src/**/*.test.ts", "src/**/testing/**"] }', 0]
  ])('read a tsconfig.json that excludes %s', (_, text, missing) => {
    expect(publishedDoubles('p/tsconfig.json', text)).toHaveLength(missing)
  })

  it.each([['p/src/testing.ts'], ['p/src/pool/testing-hub.ts']])('find %s outside a testing folder', (path) => {
    expect(places(looseDoubles([parseSource(path, ''), parseSource('p/src/testing/hub.ts', '')]))).toEqual([path])
  })

  it('find a test double in product code, and let test doubles have it', () => {
    const text = "import { clock } from '../pool/testing/index.ts'"
    const product = parseSource('p/src/router/a.ts', text)
    const double = parseSource('p/src/router/testing/a.ts', text)
    expect(places(importedDoubles([product, double], resolve))).toEqual([
      'p/src/router/a.ts -> p/src/pool/testing/index.ts'
    ])
  })
})

describe('test doubles', () => {
  it('live in testing folders', () => {
    expectOnly(known.looseDoubles, looseDoubles(allSources))
  })

  it('are used by no product code', () => {
    const product = allSources.filter(
      ({ path }) => !path.startsWith('packages/lab/') && !path.startsWith('benchmarks/')
    )
    expectOnly(known.importedDoubles, importedDoubles(product, resolve))
  })

  it('are left out of dist', () => {
    const configs = paths('packages/*/tsconfig*.json')
    expectOnly(
      known.publishedDoubles,
      configs.flatMap((path) => publishedDoubles(path, readText(path)))
    )
  })
})
