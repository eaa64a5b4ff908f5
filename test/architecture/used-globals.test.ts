import { describe, expect, it } from 'vitest'
import { known } from './known-violations.ts'
import { parseSource } from './parse-source.ts'
import { isPure } from './pure-folders.ts'
import { isTesting } from './rules/folder-doors.ts'
import { clocks, impure, usesOf } from './rules/used-globals.ts'
import { allSources, sourceFiles } from './tree.ts'
import { expectOnly, places } from './violations.ts'

describe('the rules', () => {
  const seed = (text: string) => [parseSource('packages/core/src/a.ts', text)]

  it.each([
    ['a clock', 'export const now = () => Date.now()'],
    ['the time of day', 'const now = new Date()'],
    ['randomness', 'const dice = Math.random ()'],
    ['a timer', 'setTimeout(() => {}, 1)'],
    ['the network', 'await fetch(address)'],
    ['a clock inside a template', `const text = \`at \${Date.now()}\``]
  ])('see %s in a pure folder', (_, text) => {
    expect(places(usesOf(seed(text), impure, ''))).toEqual(['packages/core/src/a.ts'])
  })

  it.each([
    ['setTimeout(() => {}, 1)'],
    ['setInterval(() => {}, 1)'],
    ['const now = Date.now()'],
    ['const now = performance.now()'],
    ['const later = AbortSignal.timeout(5)'],
    ["import { setTimeout as wait } from 'node:timers/promises'"]
  ])('see a raw clock in %s', (text) => {
    expect(usesOf(seed(text), clocks, '')).toHaveLength(1)
  })

  it('see nothing in comments and strings', () => {
    const text = "// never Date.now()\nconst advice = 'fetch(it) again'\n/* Math.random */\nconst t = `setTimeout`"
    expect(usesOf(seed(text), impure, '')).toEqual([])
  })

  it('see nothing in what is passed in', () => {
    expect(usesOf(seed('const now = clock.now(); clock.schedule(1, run); new Date(at)'), impure, '')).toEqual([])
  })
})

describe('pure folders', () => {
  it('have no clock, no randomness, no I/O', () => {
    const files = allSources.filter(({ path }) => isPure(path) && !isTesting(path))
    const why = 'This folder only computes. Take the time, the random bytes or the answer as an argument.'
    expectOnly(known.pureCode, usesOf(files, impure, why))
  })
})

describe('node', () => {
  it('takes the time from an injected Clock; only base/ has the real one', () => {
    const files = sourceFiles('packages/node/src/**/*.ts')
    const own = files.filter(({ path }) => !path.startsWith('packages/node/src/base/') && !isTesting(path))
    const why = 'Take a Clock (packages/node/src/base) as an argument, so that tests need not wait.'
    expectOnly(known.rawClocks, usesOf(own, clocks, why))
  })
})
