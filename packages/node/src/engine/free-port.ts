import { once } from 'node:events'
import { createServer } from 'node:net'

/** A loopback TCP port that was free a moment ago; the caller must check who got it. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
    return address.port
  } finally {
    server.close()
  }
}
