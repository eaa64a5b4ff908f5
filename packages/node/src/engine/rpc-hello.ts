import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { BaseError, cancelled } from '@unhosted/core/errors'
import { type Clock, withTimeLimit } from '../base/index.ts'

/** RPC_CMD_HELLO; its number never changes (a static_assert in ggml-rpc.cpp says so). */
const helloCommand = 14
const capabilityBytes = 24
const answerMs = 5000

/**
 * Ask a ggml-rpc-server on loopback for its protocol version, as a client does first.
 * Request: u8 command, u64 length, capabilities. Answer: u64 length, u8 major, minor, patch, ...
 * @throws BaseError ENGINE_START_FAILED | CANCELLED
 */
export async function rpcProtocolVersion(port: number, clock: Clock, signal: AbortSignal): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  try {
    return await withTimeLimit({ clock, ms: answerMs, signal }, (limited) => askVersion(socket, limited))
  } catch (cause) {
    if (signal.aborted) throw cancelled(signal.reason, 'Looking at an engine was cancelled.')
    throw new BaseError('ENGINE_START_FAILED', 'ggml-rpc-server does not answer the protocol greeting.', {
      advice: 'It is a version that this Unhosted cannot use. Run unhosted engine build.',
      cause
    })
  } finally {
    socket.on('error', () => {})
    socket.destroy()
  }
}

async function askVersion(socket: Socket, signal: AbortSignal): Promise<string> {
  await once(socket, 'connect', { signal })
  const request = Buffer.alloc(1 + 8 + capabilityBytes)
  request.writeUInt8(helloCommand, 0)
  request.writeBigUInt64LE(BigInt(capabilityBytes), 1)
  socket.write(request)
  const answer = await readBytes(socket, 8 + 3, signal)
  return [...answer.subarray(8, 11)].join('.')
}

async function readBytes(socket: Socket, count: number, signal: AbortSignal): Promise<Buffer> {
  const ended = new AbortController()
  const onEnd = (): void => ended.abort(new Error('the connection was closed'))
  socket.once('close', onEnd)
  try {
    let received = Buffer.alloc(0)
    while (received.length < count) {
      const [chunk] = await once(socket, 'data', { signal: AbortSignal.any([signal, ended.signal]) })
      received = Buffer.concat([received, chunk])
    }
    return received
  } finally {
    socket.off('close', onEnd)
  }
}
