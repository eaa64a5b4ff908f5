import { BaseError } from '@unhosted/core/errors'
import { type Dialect, engineError, errorEvent } from '@unhosted/core/openai'

/** Longest event that is waited for, bytes; the last event of a responses stream holds the whole answer. */
const maxEventBytes = 32 * 1024 * 1024

const eventEnd = Buffer.from('\n\n')
const modelField = Buffer.from('"model":"')
const dataField = Buffer.from('data: ')
const quote = 0x22
const backslash = 0x5c

/** What an event begins with when the answer is whole, and when the engine reports an error. */
const marks: Readonly<Record<Dialect, { readonly last: readonly Buffer[]; readonly error: readonly Buffer[] }>> = {
  openai: { last: [Buffer.from('data: [DONE]')], error: [Buffer.from('data: {"error":')] },
  responses: {
    last: ['completed', 'incomplete', 'failed'].map((end) => Buffer.from(`event: response.${end}\n`)),
    error: [Buffer.from('data: {"error":'), Buffer.from('event: error\n')]
  },
  anthropic: { last: [Buffer.from('event: message_stop\n')], error: [Buffer.from('event: error\n')] }
}

/** Watches an answer's events go by. */
export interface EventFilter {
  /**
   * @returns the events that are whole now, to be passed on at once; a client can do nothing with
   * the part of one that is held back. Often the very bytes that came.
   * @throws BaseError PEER_PROTOCOL when an event never ends
   */
  push(chunk: Uint8Array): Uint8Array
  /** Whether the answer, or an error in its place, has come to its end. */
  readonly finished: boolean
}

const nothing = new Uint8Array(0)

/**
 * Puts the name that the client asked for into the events (the engine writes its own), turns error
 * events of the engine into the dialect's, and knows a whole answer from one that was cut.
 */
export function createEventFilter(dialect: Dialect, modelName: string): EventFilter {
  const name = Buffer.from(JSON.stringify(modelName).slice(1, -1))
  let held: Buffer[] = []
  let heldBytes = 0
  let finished = false

  /** The bytes up to the end of the last whole event; the rest is held. */
  const takeWhole = (chunk: Buffer): Buffer | null => {
    const endsAcross = heldBytes > 0 && chunk[0] === 0x0a && held.at(-1)?.at(-1) === 0x0a
    const end = chunk.lastIndexOf(eventEnd)
    const cut = end !== -1 ? end + 2 : endsAcross ? 1 : 0
    if (cut === chunk.length && heldBytes === 0) return chunk
    const whole = cut === 0 ? null : Buffer.concat([...held, chunk.subarray(0, cut)])
    held = whole === null ? held : []
    heldBytes = whole === null ? heldBytes : 0
    if (cut < chunk.length) {
      held.push(chunk.subarray(cut))
      heldBytes += chunk.length - cut
    }
    return whole
  }

  return {
    push(bytes) {
      const whole = takeWhole(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      if (heldBytes > maxEventBytes) {
        throw new BaseError('PEER_PROTOCOL', 'An event of the answer does not end.')
      }
      if (whole === null) return nothing
      const parts: Buffer[] = []
      let changed = false
      for (const event of splitEvents(whole)) {
        const isError = beginsWith(event, marks[dialect].error)
        const passed = isError ? renderError(event, dialect) : renameModel(event, name)
        finished ||= isError || beginsWith(event, marks[dialect].last)
        changed ||= passed !== event
        parts.push(passed)
      }
      return changed ? Buffer.concat(parts) : whole
    },
    get finished() {
      return finished
    }
  }
}

function* splitEvents(whole: Buffer): Generator<Buffer> {
  for (let start = 0; start < whole.length; ) {
    const found = whole.indexOf(eventEnd, start)
    const end = found === -1 ? whole.length : found + eventEnd.length
    yield whole.subarray(start, end)
    start = end
  }
}

function beginsWith(event: Buffer, prefixes: readonly Buffer[]): boolean {
  return prefixes.some(
    (mark) => event.length >= mark.length && event.compare(mark, 0, mark.length, 0, mark.length) === 0
  )
}

/** A quote inside a JSON string is escaped, so this finds a field and never text; the first is the answer's own. */
function renameModel(event: Buffer, name: Buffer): Buffer {
  const field = event.indexOf(modelField)
  if (field === -1) return event
  const start = field + modelField.length
  let end = event.indexOf(quote, start)
  while (end !== -1 && event[end - 1] === backslash) end = event.indexOf(quote, end + 1)
  if (end === -1 || event.subarray(start, end).equals(name)) return event
  return Buffer.concat([event.subarray(0, start), name, event.subarray(end)])
}

function renderError(event: Buffer, dialect: Dialect): Buffer {
  const data = event.indexOf(dataField)
  let body: unknown = null
  try {
    body = data === -1 ? null : JSON.parse(event.subarray(data + dataField.length).toString('utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return Buffer.from(errorEvent(engineError(500, body), dialect))
}
