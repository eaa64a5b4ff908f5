import { describe, expect, it } from 'vitest'
import { wrapCells } from './wrap-cells.ts'

describe('wrapCells', () => {
  const cases: { id: string; text: string; columns: number; indent: number; used: number | null; wrapped: string }[] = [
    { id: 'what fits', text: 'one two', columns: 7, indent: 0, used: null, wrapped: 'one two' },
    { id: 'between words', text: 'one two', columns: 6, indent: 0, used: null, wrapped: 'one\ntwo' },
    { id: 'with an indent', text: 'one two', columns: 7, indent: 2, used: null, wrapped: '  one\n  two' },
    { id: 'behind a label', text: 'one two', columns: 9, indent: 0, used: 6, wrapped: 'one\ntwo' },
    {
      id: 'lines of its own',
      text: 'one\ntwo three',
      columns: 8,
      indent: 2,
      used: null,
      wrapped: '  one\n  two\n  three'
    },
    {
      id: 'a word that is too wide',
      text: 'a /long/path',
      columns: 5,
      indent: 0,
      used: null,
      wrapped: 'a\n/long/path'
    },
    { id: 'wide characters', text: '机器 机器', columns: 8, indent: 0, used: null, wrapped: '机器\n机器' },
    { id: 'two spaces where it breaks', text: 'one  two', columns: 5, indent: 0, used: null, wrapped: 'one\ntwo' },
    {
      id: 'no terminal',
      text: 'one two\nthree',
      columns: Number.POSITIVE_INFINITY,
      indent: 2,
      used: null,
      wrapped: '  one two\n  three'
    },
    { id: 'nothing', text: '', columns: 5, indent: 0, used: null, wrapped: '' }
  ]
  it.each(cases)('$id', ({ text, columns, indent, used, wrapped }) => {
    expect(wrapCells(text, columns, indent, used)).toBe(wrapped)
  })
})
