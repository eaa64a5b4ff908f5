import type { SourceFile } from '../parse-source.ts'
import type { Violation } from '../violations.ts'

/** What reads a clock or starts a timer. */
export const clocks: readonly RegExp[] = [
  /\bset(Timeout|Interval|Immediate)\b/,
  /\bDate\s*\.\s*now\b/,
  /\bnew\s+Date\s*\(\s*\)/,
  /\bperformance\s*\.\s*now\b/,
  /\bAbortSignal\s*\.\s*timeout\b/
]

/** What makes an answer depend on more than the arguments. */
export const impure: readonly RegExp[] = [
  ...clocks,
  /\bfetch\s*\(/,
  /\bqueueMicrotask\b/,
  /\bMath\s*\.\s*random\b/,
  /\bcrypto\s*\./,
  /\bperformance\s*\.(?!\s*now\b)/,
  /\bprocess\s*\./,
  /\bglobalThis\b/,
  /\bconsole\s*\./
]

/** The files whose code matches a pattern. Comments and strings do not count. */
export const usesOf = (files: readonly SourceFile[], patterns: readonly RegExp[], why: string): readonly Violation[] =>
  files.flatMap(({ path, code }) => {
    const found = patterns.flatMap((pattern) => pattern.exec(code)?.[0] ?? [])
    return found.length === 0 ? [] : [{ where: path, advice: `${why} Found: ${found.join(', ')}.` }]
  })
