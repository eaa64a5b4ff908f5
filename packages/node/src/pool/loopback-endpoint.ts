import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '../base/index.ts'
import type { Log } from '../log/index.ts'
import type { Connections } from './connections.ts'
import { isOwnConnection } from './socket-owner.ts'

/** Connections that may wait for their turn; llama-server opens them one after another. */
const maxWaiting = 8
/** Open at once, those of other users among them until they are told apart, which takes a millisecond. */
const maxSockets = 64
/** Longest wait for a turn, ms: a client that would wait longer gets an end instead of silence. */
const turnMs = 10_000

export interface LoopbackEndpoint {
  /** `127.0.0.1:port`. */
  readonly address: string
  close(): void
}

/**
 * The port that llama-server takes for its rpc-server. An rpc-server serves one connection at a time
 * and lets a second one hang, so connections here take turns. On Linux only our own user's get in.
 */
export async function openLoopbackEndpoint(options: {
  /** A fresh tunnel connection. */
  readonly connect: () => Promise<Duplex>
  readonly connections: Connections
  readonly clock: Clock
  readonly log: Log
  /** Whether our own user is at the other end; the platform's answer but for tests. */
  readonly isOwn?: typeof isOwnConnection
}): Promise<LoopbackEndpoint> {
  const isOwn = options.isOwn ?? isOwnConnection
  const sockets = new Set<Socket>()
  let checked = Promise.resolve()
  let turn = Promise.resolve()
  let waiting = 0

  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    if (sockets.size > maxSockets) {
      socket.destroy()
      return
    }
    // One after another, so that they keep their order.
    checked = checked.then(() => enter(socket))
  })

  /** Other users get no place in the queue, or they could fill it. */
  async function enter(socket: Socket): Promise<void> {
    if (!(await isOurs(socket))) {
      socket.destroy()
      return
    }
    if (waiting >= maxWaiting) {
      socket.destroy()
      return
    }
    waiting += 1
    const stopTimer = options.clock.after(turnMs, () => socket.destroy())
    const before = turn
    turn = (async () => {
      await before
      stopTimer()
      waiting -= 1
      await carry(socket)
    })()
  }

  async function isOurs({ remotePort, localPort, destroyed }: Socket): Promise<boolean> {
    if (destroyed || remotePort === undefined || localPort === undefined) return false
    try {
      if (await isOwn({ clientPort: remotePort, serverPort: localPort })) return true
      options.log.warn({ port: localPort }, 'another user of this machine tried to use a lease')
    } catch (error) {
      options.log.warn({ error: String(error) }, 'it cannot be told who connects')
    }
    return false
  }

  async function carry(local: Socket): Promise<void> {
    try {
      if (local.destroyed) return
      const remote = await options.connect()
      await options.connections.join(local, remote)
    } catch (error) {
      options.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'tunnel connection failed')
      local.destroy()
    }
  }

  server.listen({ host: '127.0.0.1', port: 0, exclusive: true })
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    }
  }
}
