import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSseDecoder, encodeComment, encodeEvent, type SseEvent } from './sse.ts'

const decodeAll = (pieces: readonly string[]): readonly SseEvent[] => {
  const decoder = createSseDecoder()
  return pieces.flatMap((piece) => decoder.push(piece))
}

/** `text` cut at `cuts`, empty pieces included. */
const cut = (text: string, cuts: readonly number[]): readonly string[] => {
  const at = [0, ...cuts.map((n) => n % (text.length + 1)).sort((a, b) => a - b), text.length]
  return at.slice(1).map((end, index) => text.slice(at[index], end))
}

const eventArbitrary: fc.Arbitrary<SseEvent> = fc.record({
  event: fc.oneof(
    fc.constant(null),
    fc.string({ minLength: 1 }).filter((name) => !/[\r\n]/.test(name) && !name.startsWith(' '))
  ),
  data: fc.string({ unit: 'binary' }).filter((data) => !data.includes('\r'))
})

describe('sse', () => {
  it('reads back what it writes, wherever the text is cut', () => {
    fc.assert(
      fc.property(fc.array(eventArbitrary), fc.array(fc.nat()), (events, cuts) => {
        const text = events.map((event) => encodeComment('keep alive') + encodeEvent(event)).join('')
        expect(decodeAll(cut(text, cuts))).toEqual(events)
      })
    )
  })

  it('reads every line ending alike, wherever the text is cut', () => {
    fc.assert(
      fc.property(fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat()), (ending, cuts) => {
        const text = ['event: a', 'data: 1', 'data: 2', '', ': note', 'data: 3', '', 'x', ''].join(ending)
        expect(decodeAll(cut(text, cuts))).toEqual([
          { event: 'a', data: '1\n2' },
          { event: null, data: '3' }
        ])
      })
    )
  })

  const cases: readonly { id: string; text: string; events: readonly SseEvent[] }[] = [
    { id: 'an event that is not ended by a blank line is not delivered', text: 'data: 1\n', events: [] },
    {
      id: 'an event without data is dropped, its name too',
      text: 'event: a\n\ndata: 1\n\n',
      events: [{ event: null, data: '1' }]
    },
    { id: 'only one space after the colon goes', text: 'data:  1\n\n', events: [{ event: null, data: ' 1' }] },
    { id: 'no space is needed', text: 'data:1\n\n', events: [{ event: null, data: '1' }] },
    { id: 'a field without a colon has no value', text: 'data\n\n', events: [{ event: null, data: '' }] },
    { id: 'id and retry are ignored', text: 'id: 7\nretry: 5\ndata: 1\n\n', events: [{ event: null, data: '1' }] },
    { id: 'a byte order mark at the start is dropped', text: '\ufeffdata: 1\n\n', events: [{ event: null, data: '1' }] }
  ]
  it.each(cases)('$id', ({ text, events }) => {
    expect(decodeAll([text])).toEqual(events)
  })

  it('cannot be made to write a second event through a name or a comment', () => {
    expect(encodeEvent({ event: 'a\n\ndata: b', data: 'c' })).toBe('event: a data: b\ndata: c\n\n')
    expect(encodeComment('a\n\ndata: b')).toBe(': a data: b\n\n')
  })
})
