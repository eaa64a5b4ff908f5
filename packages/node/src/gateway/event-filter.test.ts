import { createSseDecoder, encodeComment, encodeEvent, type SseEvent } from '@unhosted/core/openai'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventFilter } from './event-filter.ts'

const chunk = (fields: object): SseEvent => ({ event: null, data: JSON.stringify(fields) })
const decode = (bytes: Uint8Array): readonly SseEvent[] => createSseDecoder().push(Buffer.from(bytes).toString('utf8'))
const filterAll = (dialect: Parameters<typeof createEventFilter>[0], pieces: readonly Uint8Array[]) => {
  const filter = createEventFilter(dialect, 'asked "for" ü')
  const passed = Buffer.concat(pieces.map((piece) => filter.push(piece)))
  return { passed, finished: filter.finished }
}
const cut = (bytes: Buffer, cuts: readonly number[]): readonly Uint8Array[] => {
  const at = [0, ...cuts.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

describe('event filter', () => {
  it('gives the same events, renamed, wherever the bytes are cut', () => {
    const tricky = '"model":"alias"\n\ndata: [DONE]\n\ndata: {"error":{}} 😀'
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(tricky))
    fc.assert(
      fc.property(fc.array(text), fc.array(fc.nat()), fc.boolean(), (texts, cuts, done) => {
        const event = (content: string, model: string) =>
          chunk({ choices: [{ delta: { content } }], model, object: 'chat.completion.chunk' })
        const wire = texts.map((content) => encodeComment('ping') + encodeEvent(event(content, 'alias')))
        const bytes = Buffer.from(wire.join('') + (done ? 'data: [DONE]\n\n' : ''))
        const { passed, finished } = filterAll('openai', cut(bytes, cuts))
        const expected = texts.map((content) => event(content, 'asked "for" ü'))
        expect(decode(passed)).toEqual([...expected, ...(done ? [{ event: null, data: '[DONE]' }] : [])])
        expect(finished).toBe(done)
      }),
      { numRuns: 50 }
    )
  })

  it('passes the very bytes where nothing changes', () => {
    const bytes = Buffer.from(encodeEvent(chunk({ model: 'tiny' })))
    expect(createEventFilter('openai', 'tiny').push(bytes).buffer).toBe(bytes.buffer)
  })

  it('never gives half an event', () => {
    const filter = createEventFilter('openai', 'tiny')
    expect(filter.push(Buffer.from('data: {"a":')).byteLength).toBe(0)
    expect(filter.push(Buffer.from('1}\n')).byteLength).toBe(0)
    expect(Buffer.from(filter.push(Buffer.from('\ndata: {'))).toString()).toBe('data: {"a":1}\n\n')
  })

  it.each([
    { dialect: 'openai', wire: 'data: [DONE]\n\n' },
    { dialect: 'responses', wire: 'event: response.completed\ndata: {}\n\n' },
    { dialect: 'responses', wire: 'event: response.incomplete\ndata: {}\n\n' },
    { dialect: 'responses', wire: 'event: response.failed\ndata: {}\n\n' },
    { dialect: 'anthropic', wire: 'event: message_stop\ndata: {}\n\n' }
  ] as const)('knows the end of $dialect: $wire', ({ dialect, wire }) => {
    expect(filterAll(dialect, [Buffer.from(wire)]).finished).toBe(true)
    expect(filterAll(dialect, [Buffer.from(wire.slice(0, -1))]).finished).toBe(false)
    expect(filterAll(dialect, [Buffer.from(`data: ${JSON.stringify(wire)}\n\n`)]).finished).toBe(false)
  })

  const engineError = { code: 500, message: 'context shift is disabled', type: 'server_error' }
  it.each([
    { dialect: 'openai', wire: encodeEvent(chunk({ error: engineError })), event: null, field: 'error' },
    { dialect: 'responses', wire: encodeEvent(chunk({ error: engineError })), event: 'error', field: 'message' },
    {
      dialect: 'anthropic',
      wire: encodeEvent({ event: 'error', data: JSON.stringify(engineError) }),
      event: 'error',
      field: 'error'
    }
  ] as const)('an error event of the engine becomes one of $dialect', ({ dialect, wire, event, field }) => {
    const { passed, finished } = filterAll(dialect, [Buffer.from(wire)])
    const [found] = decode(passed)
    expect(finished).toBe(true)
    expect(found?.event).toBe(event)
    expect(JSON.parse(found?.data ?? '')).toHaveProperty(field)
    expect(found?.data).toContain('ENGINE_FAULT')
    expect(found?.data).toContain('context shift is disabled')
  })

  it('an error event that is broken is still an error', () => {
    const { passed, finished } = filterAll('openai', [Buffer.from('data: {"error":{"mess\n\n')])
    expect(finished).toBe(true)
    expect(decode(passed)[0]?.data).toContain('ENGINE_FAULT')
  })

  it('an event that never ends is given up', () => {
    const filter = createEventFilter('openai', 'tiny')
    const block = Buffer.alloc(1024 * 1024, 'a')
    expect(() => {
      for (let i = 0; i < 40; i++) filter.push(block)
    }).toThrow(expect.objectContaining({ code: 'PEER_PROTOCOL' }))
  })
})
