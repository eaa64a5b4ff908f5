/** One server-sent event. */
export interface SseEvent {
  /** The `event:` field; null where there is none. */
  readonly event: string | null
  /** `data:` lines joined by newlines. */
  readonly data: string
}

export interface SseDecoder {
  /** Events that are whole after this text; text may be cut anywhere, between CR and LF too. */
  push(text: string): readonly SseEvent[]
}

/** Wire form of an event, its blank line included. */
export function encodeEvent({ event, data }: SseEvent): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
  return `${event === null ? '' : `event: ${event.replace(/[\r\n]+/g, ' ')}\n`}${lines.join('')}\n`
}

/** A comment keeps a connection alive; clients ignore it. */
export function encodeComment(text: string): string {
  return `: ${text.replace(/[\r\n]+/g, ' ')}\n\n`
}

/**
 * Reads the event stream format of the WHATWG HTML standard, section 9.2.6, as far as model
 * answers use it: `id` and `retry` are ignored, an event without data is dropped, and what
 * is not ended by a blank line is never delivered.
 */
export function createSseDecoder(): SseDecoder {
  let rest = ''
  let event: string | null = null
  let data: string[] = []
  let first = true

  const endOfEvent = (found: SseEvent[]): void => {
    if (data.length > 0) found.push({ event, data: data.join('\n') })
    event = null
    data = []
  }
  const takeLine = (line: string, found: SseEvent[]): void => {
    if (line === '') {
      endOfEvent(found)
      return
    }
    const colon = line.indexOf(':')
    if (colon === 0) return
    const field = colon === -1 ? line : line.slice(0, colon)
    const raw = colon === -1 ? '' : line.slice(colon + 1)
    const value = raw.startsWith(' ') ? raw.slice(1) : raw
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value === '' ? null : value
  }

  return {
    push(text) {
      const found: SseEvent[] = []
      rest += first && text !== '' && text.startsWith('\ufeff') ? text.slice(1) : text
      if (text !== '') first = false
      for (;;) {
        const end = /\r\n|\n|\r(?!$)/.exec(rest)
        if (end === null) return found
        takeLine(rest.slice(0, end.index), found)
        rest = rest.slice(end.index + end[0].length)
      }
    }
  }
}
