import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../base/index.ts'
import { silentLog } from '../log/index.ts'
import { Connections } from './connections.ts'
import { openLoopbackEndpoint } from './loopback-endpoint.ts'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean()
})

/** An endpoint whose far end sends back what it gets; whoever connects while `who.own` is false is another user. */
async function endpoint(who: { readonly own: boolean }): Promise<number> {
  const made = await openLoopbackEndpoint({
    connect: async () => new PassThrough(),
    connections: new Connections(),
    clock: systemClock,
    log: silentLog,
    isOwn: async () => who.own
  })
  cleanups.push(() => made.close())
  return Number(made.address.split(':')[1])
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  cleanups.push(() => socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

describe('the loopback endpoint of a lease', () => {
  it('keeps other users of the machine out, and out of the queue of our own', async () => {
    const who = { own: true }
    const port = await endpoint(who)
    const first = await dial(port)
    first.write('one')
    expect(String((await once(first, 'data'))[0])).toBe('one')
    who.own = false
    for (let index = 0; index < 20; index += 1) {
      const other = await dial(port)
      await once(other.resume(), 'close')
      expect(other.bytesRead).toBe(0)
    }
    who.own = true
    const second = await dial(port)
    first.end()
    second.write('two')
    expect(String((await once(second, 'data'))[0])).toBe('two')
  })
})
