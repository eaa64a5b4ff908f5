import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** A UDP port that nobody uses now, so that a test hears only its own machines. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0)
  await once(socket, 'listening')
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}
