import { recordingOutput } from '@unhosted/terminal/testing'
import { describe, expect, it } from 'vitest'
import { createWrappingPrinter } from './wrapping-printer.ts'

const cases: { id: string; live?: boolean; pieces: readonly string[]; printed: string }[] = [
  { id: 'breaks between words', pieces: ['One two three four'], printed: 'One two\n    three four\n' },
  { id: 'joins pieces of a word', pieces: ['On', 'e t', 'wo th', 'ree'], printed: 'One two\n    three\n' },
  { id: 'keeps line ends', pieces: ['One\n\ntwo'], printed: 'One\n    \n    two\n' },
  {
    id: 'does not break a word',
    pieces: ['abcdefghijklmnopqrstuvw xyz'],
    printed: 'abcdefghijklmnopqrstuvw\n    xyz\n'
  },
  { id: 'lets nothing touch the terminal', pieces: ['a\u001b[2Jb'], printed: 'a[2Jb\n' },
  { id: 'breaks nothing in a pipe', live: false, pieces: ['One two three four'], printed: 'One two three four\n' },
  { id: 'ends an empty answer', pieces: [], printed: '\n' }
]

describe('a wrapped answer', () => {
  it.each(cases)('$id', ({ live = true, pieces, printed }) => {
    const output = recordingOutput({ live, columns: 16 })
    const printer = createWrappingPrinter(output, 4)
    for (const piece of pieces) printer.print(piece)
    printer.end()
    expect(output.printed()).toBe(printed)
  })
})
