import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Agent, fetch as undiciFetch } from 'undici'

/** Reaches loopback ports inside a host from the lab's own process. */
export interface Forwarder {
  readonly pid: number
  fetch(url: string, init?: RequestInit): Promise<Response>
  stop(): Promise<void>
}

/** Program of the forwarder, beside this file: source under a test, compiled otherwise. */
export const forwarderProgram = import.meta.filename.replace(/forwarder(\.\w+)$/, 'forwarder-main$1')

/** @param child the forwarder's process, its standard input and output piped */
export async function attachForwarder(child: ChildProcess, socketPath: string): Promise<Forwarder> {
  const { pid, stdout } = child
  if (pid === undefined || stdout === null) throw new Error('The forwarder did not start.')
  await Promise.race([
    once(stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('The forwarder ended before it listened.')))
  ])
  const agent = new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (target, done) => {
      const socket = connect({ path: socketPath })
      socket.once('error', (error) => done(error, null))
      socket.once('connect', () => {
        socket.write(`${target.port}\n`)
        done(null, socket)
      })
    }
  })
  return {
    pid,
    fetch: async (url, init) =>
      (await undiciFetch(url, {
        ...(init as Parameters<typeof undiciFetch>[1]),
        dispatcher: agent
      })) as unknown as Response,
    stop: async () => {
      await agent.destroy()
      child.stdin?.end()
    }
  }
}
