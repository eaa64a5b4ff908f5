import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { answer, fakeDispatcher, testGateway } from './testing/gateway.ts'

const never = new AbortController().signal

describe('hostile connections', () => {
  const quick = { headersTimeoutMs: 200, requestTimeoutMs: 400 }
  const cases: readonly { id: string; sent: string; status: string }[] = [
    { id: 'headers that do not end', sent: 'GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: ', status: '408' },
    {
      id: 'a body that does not come',
      sent: 'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{',
      status: '408'
    },
    {
      id: 'endless headers',
      sent: `GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`,
      status: '431'
    },
    { id: 'something that is not HTTP', sent: '\x16\x03\x01\x02\x00\r\n\r\n', status: '400' },
    {
      id: 'two lengths, as for smuggling',
      sent: 'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}',
      status: '400'
    },
    { id: 'no Host', sent: 'GET /health HTTP/1.1\r\n\r\n', status: '400' },
    {
      id: 'a body of 5 GB, announced',
      sent: 'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000000\r\n\r\n{',
      status: '413'
    }
  ]
  it.each(cases)('$id: $status and closed', async ({ sent, status }) => {
    await using test = testGateway(
      fakeDispatcher(async () => answer(['{}'])),
      { limits: quick }
    )
    await test.gateway.start(never)
    const { endpoint } = test.gateway
    const socket = connect(Number(new URL(endpoint).port), '127.0.0.1')
    try {
      let text = ''
      socket.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      const closed = once(socket, 'close')
      socket.write(sent, 'latin1')
      await closed
      expect(text.split(' ')[1]).toBe(status)
    } finally {
      socket.destroy()
    }
  })

  it('stops reading a body that grows beyond the limit', async () => {
    await using test = testGateway(
      fakeDispatcher(async () => answer(['{}'])),
      { limits: { maxBodyBytes: 4096 } }
    )
    await test.gateway.start(never)
    const { endpoint } = test.gateway
    const response = await fetch(`${endpoint}/v1/chat/completions`, {
      method: 'POST',
      body: new Blob(['a'.repeat(100_000)]).stream(),
      duplex: 'half'
    })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ error: { unhosted_code: 'REQUEST_TOO_LARGE' } })
  })
})
