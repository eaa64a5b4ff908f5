import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printable, printableAscii } from './printable.ts'

describe('printable', () => {
  it.each([
    ['plain text', 'Desk 2', 64, 'Desk 2'],
    ['letters of any script', 'Büro 机器 🦊', 64, 'Büro 机器 🦊'],
    ['a colour sequence', '\u001b[31mred\u001b[0m', 64, '[31mred [0m'],
    ['a C1 control sequence', 'a\u009b2Jb', 64, 'a 2Jb'],
    ['a bell and a backspace', 'a\u0007b\u0008c', 64, 'a b c'],
    ['NUL and DEL', 'a\u0000b\u007fc', 64, 'a b c'],
    ['line breaks of all kinds', 'a\r\nb\u0085c\u2028d\u2029e\vf', 64, 'a b c d e f'],
    ['bidirectional overrides', 'a\u202eb\u2066c\u2069', 64, 'a b c'],
    ['invisible characters', 'a\u200bb\ufeffc\u00add', 64, 'a b c d'],
    ['tag characters', 'a\u{e0041}b', 64, 'a b'],
    ['private use', 'a\ue000b', 64, 'a b'],
    ['runs of blanks, and those at the ends', '  a \t\u00a0 b  ', 64, 'a b'],
    ['a lone surrogate', 'a\ud83d', 64, 'a\ufffd'],
    ['too much', 'abcdef', 3, 'abc'],
    ['too much, within a character', 'ab🦊', 3, 'ab'],
    ['too much, behind a blank', 'ab cd', 3, 'ab'],
    ['nothing', '', 64, ''],
    ['nothing visible', '\u200b\n', 64, '']
  ])('%s', (_, text, maxLength, expected) => {
    expect(printable(text, maxLength)).toBe(expected)
  })

  it('has something else to say where nothing is left', () => {
    expect(printable('\u0000', 8, 'unnamed')).toBe('unnamed')
  })

  it('whatever comes in: bounded, stable, and without a character that a terminal obeys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 1, max: 64 }), (text, maxLength) => {
        const clean = printable(text, maxLength)
        expect(clean.length).toBeLessThanOrEqual(maxLength)
        expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|^\s|\s$|\s\s/u)
        expect(printable(clean, maxLength)).toBe(clean)
      })
    )
  })

  it('looks at a bounded part of what is endless', () => {
    expect(printable(`${' '.repeat(1_000_000)}x`, 8)).toBe('')
  })
})

describe('printableAscii', () => {
  it.each([
    ['ASCII', 'laptop 2', 'laptop 2'],
    ['letters beyond it', 'Büro', 'B?ro'],
    ['a header break', 'a\r\nX-Evil: 1', 'a X-Evil: 1']
  ])('%s', (_, text, expected) => {
    expect(printableAscii(text, 1024)).toBe(expected)
  })
})
