import type { Socket } from 'node:net'
import { BaseError } from '@unhosted/core/errors'
import { errorBody } from '@unhosted/core/openai'

/** What Node reports before there is a request, by the code of its error. */
const answers: Readonly<Record<string, { readonly line: string; readonly what: string; readonly advice: string }>> = {
  HPE_HEADER_OVERFLOW: {
    line: '431 Request Header Fields Too Large',
    what: 'The request headers are too large.',
    advice: 'Send fewer or shorter headers.'
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    line: '408 Request Timeout',
    what: 'The request did not arrive in time.',
    advice: 'Send the request faster.'
  }
}
const notHttp = { line: '400 Bad Request', what: 'That is not HTTP.', advice: 'Send an HTTP/1.1 request.' }

/** Answer what never became a request (half sent, too slow, not HTTP), then close. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (socket.destroyed || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const { line, what, advice } = answers[error.code ?? ''] ?? notHttp
  const body = JSON.stringify(errorBody(new BaseError('REQUEST_MALFORMED', what, { advice }), 'openai'))
  const head = `HTTP/1.1 ${line}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`
  socket.end(head + body)
  // A client that does not close its side would hold the socket open.
  socket.destroySoon()
}
