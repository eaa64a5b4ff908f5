import { BaseError, type ErrorCode, errorSpec } from '../errors/index.ts'

export type AuditCode = Extract<ErrorCode, `AUDIT_${string}`>

/** Which part of a bundle is wrong. */
export interface Place {
  readonly part: 'bundle' | 'key' | 'checkpoint' | 'cosignature' | 'entry' | 'opening' | 'lane' | 'panel'
  /** Position among the parts of its kind, from 0; null for the whole. */
  readonly index: number | null
  readonly cause?: unknown
}

/** One thing that is wrong: where, what there should be, and what there is. All three are in `details`, too. */
export function problem(code: AuditCode, { part, index, cause }: Place, expected: string, found: string): BaseError {
  const where = index === null ? `The ${part}` : `${part[0]?.toUpperCase()}${part.slice(1)} ${index}`
  return new BaseError(code, `${where} is wrong: expected ${expected}, found ${found}.`, {
    advice: errorSpec(code).remedy,
    cause,
    details: { part, index, expected, found }
  })
}

/** The other side's text, made safe to print: one line, bounded, no control or direction characters. */
export function quoted(text: string): string {
  const shown = text.length > 100 ? `${text.slice(0, 100)}...` : text
  return JSON.stringify(shown.toWellFormed().replaceAll(/\p{C}/gu, '?'))
}
