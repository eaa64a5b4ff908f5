import { expect } from 'vitest'

/** One place where a rule is broken. */
export interface Violation {
  /** The place, as the list of known violations names it. */
  readonly where: string
  /** What to do about it, for somebody who meets the rule for the first time. */
  readonly advice: string
}

/**
 * Holds a rule: there are no violations but the known ones, and each entry of `known` still has a violation.
 * Such a list therefore only shrinks. An entry is a place, or a folder with a slash at its end.
 */
export function expectOnly(known: readonly string[], violations: readonly Violation[]): void {
  const fresh = violations.filter(({ where }) => !known.some((entry) => covers(entry, where)))
  const advice = [...new Set(fresh.map((violation) => violation.advice))].join('\n')
  expect(places(fresh), advice).toEqual([])
  const fixed = known.filter((entry) => !violations.some(({ where }) => covers(entry, where)))
  expect(fixed, 'These no longer violate the rule. Delete them from known-violations.ts.').toEqual([])
}

const covers = (entry: string, where: string): boolean =>
  entry.endsWith('/') ? where.startsWith(entry) : where === entry

/** The places of violations, without the advice. */
export const places = (violations: readonly Violation[]): readonly string[] => violations.map(({ where }) => where)
