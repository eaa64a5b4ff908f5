import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { cellWidth, padCells, truncateCells } from './cells.ts'
import { createLiveRegion } from './live-region.ts'
import { createOutput } from './output.ts'
import { createQuestions } from './questions.ts'
import { safeLine, safeText } from './safe-text.ts'
import { recordingOutput } from './testing/index.ts'

describe('text from elsewhere', () => {
  const cases: { id: string; text: string; line: string; block: string }[] = [
    { id: 'colour', text: 'a\u001b[31mb', line: 'a\ufffd[31mb', block: 'a[31mb' },
    { id: 'title', text: '\u001b]0;x\u0007', line: '\ufffd]0;x\ufffd', block: ']0;x' },
    { id: 'one-byte CSI', text: 'a\u009b2J', line: 'a\ufffd2J', block: 'a2J' },
    { id: 'carriage return', text: 'ok\rno', line: 'ok\ufffdno', block: 'okno' },
    { id: 'line break', text: 'a\nb', line: 'a\ufffdb', block: 'a\nb' },
    { id: 'bidi override', text: 'a\u202eb', line: 'a\ufffdb', block: 'ab' },
    { id: 'line separator', text: 'a\u2028b', line: 'a\ufffdb', block: 'a\u2028b' },
    { id: 'plain text of the world', text: 'ü 机器 🦊', line: 'ü 机器 🦊', block: 'ü 机器 🦊' }
  ]
  it.each(cases)('$id', ({ text, line, block }) => {
    expect(safeLine(text)).toBe(line)
    expect(safeText(text)).toBe(block)
    // Streams come in pieces: cutting anywhere changes nothing.
    expect([...text].map(safeText).join('')).toBe(block)
  })
})

describe('cells', () => {
  it.each([
    { id: 'ASCII', text: 'abc', width: 3 },
    { id: 'wide', text: '机器', width: 4 },
    { id: 'combining', text: 'e\u0301', width: 1 },
    { id: 'colours', text: '\u001b[31mab\u001b[39m', width: 2 }
  ])('counts $id', ({ text, width }) => expect(cellWidth(text)).toBe(width))

  it.each([
    { id: 'what fits', text: 'abc', cells: 3, cut: 'abc' },
    { id: 'what does not', text: 'abcdef', cells: 4, cut: 'abc…' },
    { id: 'colours', text: '\u001b[31mabcdef\u001b[39m', cells: 4, cut: '\u001b[31mabc…\u001b[0m' },
    { id: 'a wide character at the edge', text: 'a机器', cells: 3, cut: 'a…' }
  ])('cuts $id', ({ text, cells, cut }) => expect(truncateCells(text, cells)).toBe(cut))

  it('pads by cells', () => expect(padCells('机', 4)).toBe('机  '))
})

describe('live region', () => {
  it('prints above its lines and redraws them in one write', () => {
    const output = recordingOutput({ live: true, columns: 40 })
    const region = createLiveRegion(output)
    region.update(['one', 'two'])
    region.print('first')
    expect(output.printed()).toBe('first\none\ntwo\n')
    region.print('second')
    expect(output.printed()).toBe('first\none\ntwo\n\u001b[2A\r\u001b[Jsecond\none\ntwo\n')
    region.close()
  })

  it('never wraps, and counts rows that a narrower terminal has wrapped', () => {
    const output = recordingOutput({ live: true, columns: 21 })
    const region = createLiveRegion(output)
    region.update(['x'.repeat(30)])
    region.print('')
    expect(output.printed()).toBe(`\n${'x'.repeat(19)}…\n`)
    output.resize(11)
    expect(output.printed()).toContain(`\u001b[2A\r\u001b[J${'x'.repeat(9)}…\n`)
    region.close()
  })

  it('draws no more lines than the terminal has rows', () => {
    const output = recordingOutput({ live: true, rows: 5 })
    const region = createLiveRegion(output)
    region.update(['1', '2', '3', '4', '5'])
    region.close()
    expect(output.printed()).toBe('1\n2\n… and 3 more\n')
  })

  it('writes nothing for equal lines, and draws what is pending at the end', () => {
    const output = recordingOutput({ live: true })
    const region = createLiveRegion(output)
    region.update(['same'])
    region.print('a')
    const before = output.printed()
    region.update(['same'])
    region.close()
    expect(output.printed()).toBe(before)
    const other = createLiveRegion(output)
    other.update(['late'])
    other.close()
    other.close()
    expect(output.printed()).toBe(`${before}late\n`)
  })
})

describe('output', () => {
  const streams = (isTTY: boolean) => {
    const stdout = Object.assign(new PassThrough(), { isTTY, columns: 80 })
    const stderr = Object.assign(new PassThrough(), { isTTY })
    return { stdout, stderr } as unknown as Pick<Parameters<typeof createOutput>[0], 'stdout' | 'stderr'>
  }
  const cases: {
    id: string
    isTTY: boolean
    json: boolean
    environment: NodeJS.ProcessEnv
    coloured: boolean
    live: boolean
  }[] = [
    { id: 'a terminal', isTTY: true, json: false, environment: {}, coloured: true, live: true },
    { id: 'NO_COLOR', isTTY: true, json: false, environment: { NO_COLOR: '1' }, coloured: false, live: true },
    { id: 'an empty NO_COLOR', isTTY: true, json: false, environment: { NO_COLOR: '' }, coloured: true, live: true },
    { id: 'a dumb terminal', isTTY: true, json: false, environment: { TERM: 'dumb' }, coloured: false, live: false },
    { id: 'a pipe', isTTY: false, json: false, environment: {}, coloured: false, live: false },
    { id: '--json on a terminal', isTTY: true, json: true, environment: {}, coloured: false, live: false }
  ]
  it.each(cases)('on $id', ({ isTTY, json, environment, coloured, live }) => {
    const output = createOutput({ ...streams(isTTY), environment, json })
    expect(output.colours.red('x') !== 'x').toBe(coloured)
    expect(output.live).toBe(live)
  })

  it('wraps errors to the terminal, to 80 columns where it has no size, and not at all in a pipe', () => {
    const widthOf = (isTTY: boolean, columns?: number): number => {
      const { stdout, stderr } = streams(isTTY)
      return createOutput({
        stdout,
        stderr: Object.assign(stderr, { columns }),
        environment: {},
        json: false
      }).errorColumns()
    }
    expect(widthOf(true, 120)).toBe(120)
    expect(widthOf(true, 0)).toBe(80)
    expect(widthOf(true)).toBe(80)
    expect(widthOf(false, 120)).toBe(Number.POSITIVE_INFINITY)
  })

  it('prints documents alone with --json', () => {
    const { stdout, stderr } = streams(true)
    const output = createOutput({ stdout, stderr, environment: {}, json: true })
    output.line('text')
    output.note('note')
    output.progress('bar')
    output.result({ a: 1 }, () => 'text')
    expect(String(stdout.read())).toBe('{"a":1}\n')
    expect(stderr.read()).toBeNull()
  })
})

describe('questions', () => {
  const { signal } = new AbortController()
  const begin = () => {
    const input = new PassThrough()
    return { input, questions: createQuestions(input as unknown as NodeJS.ReadStream, () => {}) }
  }

  it('keeps what was typed before it was asked for', async () => {
    const { input, questions } = begin()
    input.write('one\ntwo\n')
    expect(await questions.ask('?', { signal })).toBe('one')
    expect(await questions.ask('?', { signal })).toBe('two')
    questions.close()
  })

  it('refuses when the input has ended', async () => {
    const { input, questions } = begin()
    input.end()
    await expect(questions.ask('?', { signal })).rejects.toMatchObject({
      code: 'USAGE',
      advice: expect.stringContaining('--yes')
    })
    questions.close()
  })

  it('gives up on abort, and a later answer goes to the next question', async () => {
    const { input, questions } = begin()
    const caller = new AbortController()
    const asked = questions.ask('?', { signal: caller.signal })
    caller.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    input.write('late\n')
    expect(await questions.ask('?', { signal })).toBe('late')
    questions.close()
  })
})
