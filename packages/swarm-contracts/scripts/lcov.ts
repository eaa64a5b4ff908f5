/** What a coverage report says of one file. */
export interface FileCoverage {
  readonly path: string
  readonly lines: number
  readonly branches: number
  /** Line numbers that no test reached. */
  readonly missedLines: readonly number[]
  /** Line numbers of branches that no test took: once per branch. */
  readonly missedBranches: readonly number[]
}

/** Parse LCOV's tracefile format, version 1: SF, DA (line, hits) and BRDA (line, block, branch, hits or `-`). */
export function parseLcov(text: string): readonly FileCoverage[] {
  return text
    .split('end_of_record')
    .filter((record) => record.includes('SF:'))
    .map((record) => {
      const rows = (kind: string): readonly (readonly string[])[] =>
        [...record.matchAll(new RegExp(`^${kind}:(.*)$`, 'gm'))].map(([, fields = '']) => fields.split(','))
      const missed = (all: readonly (readonly string[])[]): readonly number[] =>
        all.filter((fields) => !(Number(fields.at(-1)) > 0)).map(([line]) => Number(line))
      const lines = rows('DA')
      const branches = rows('BRDA')
      return {
        path: rows('SF')[0]?.[0] ?? '',
        lines: lines.length,
        branches: branches.length,
        missedLines: missed(lines),
        missedBranches: missed(branches)
      }
    })
}
