import { BaseError } from '@unhosted/core/errors'
import { checkRequestShape, type RequestHead, readRequestHead, scanJson } from '@unhosted/core/openai'

/**
 * Read which model a request body asks for, and whether as a stream. The body itself goes to the
 * engine unchanged; what would harm the engine or cost memory far beyond its size stops here, so
 * this guards requests of clients and of peers alike.
 * @throws BaseError REQUEST_MALFORMED | REQUEST_TOO_LARGE
 */
export function readRequest(body: Uint8Array): RequestHead {
  checkRequestShape(scanJson(body))
  return readRequestHead(parseJson(body))
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))
  } catch (error) {
    // V8's message quotes the body, which may be a prompt: only the position is passed on.
    const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined
    const where = body.byteLength === 0 ? ': it is empty' : position === undefined ? '' : ` (at character ${position})`
    throw new BaseError('REQUEST_MALFORMED', `The request body is not valid JSON${where}.`, {
      advice: 'Send one JSON object.'
    })
  }
}
