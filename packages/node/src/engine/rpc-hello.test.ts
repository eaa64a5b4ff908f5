import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../base/index.ts'
import { rpcProtocolVersion } from './rpc-hello.ts'

async function serverThat(does: (socket: Socket) => void): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer(does).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { server, port: address.port }
}

const answer = Buffer.from([28, 0, 0, 0, 0, 0, 0, 0, 7, 0, 1, ...Array<number>(25).fill(0)])

describe('rpcProtocolVersion', () => {
  it('reads the version, also from an answer in pieces', async () => {
    const { server, port } = await serverThat((socket) => {
      socket.once('data', async (request) => {
        expect([...request.subarray(0, 9)]).toEqual([14, 24, 0, 0, 0, 0, 0, 0, 0])
        for (const byte of answer) {
          socket.write(Buffer.from([byte]))
          await new Promise((resolve) => setImmediate(resolve))
        }
      })
      socket.on('error', () => {})
    })
    expect(await rpcProtocolVersion(port, systemClock, new AbortController().signal)).toBe('7.0.1')
    server.close()
  })

  it('refuses a server that hangs up', async () => {
    const { server, port } = await serverThat((socket) => socket.end())
    await expect(rpcProtocolVersion(port, systemClock, new AbortController().signal)).rejects.toMatchObject({
      code: 'ENGINE_START_FAILED'
    })
    server.close()
  })

  it('stops waiting for one that is silent', async () => {
    const abort = new AbortController()
    const { server, port } = await serverThat(() => abort.abort())
    await expect(rpcProtocolVersion(port, systemClock, abort.signal)).rejects.toMatchObject({ code: 'CANCELLED' })
    server.close()
  })
})
