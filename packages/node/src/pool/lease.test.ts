import { once } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { atRest } from '../base/testing/at-rest.ts'
import { hostPairs, leaseFixture, over, readAll } from './testing/index.ts'

const { setup, dial } = leaseFixture()

describe.each(hostPairs)('a lease over $name hosts', ({ make }) => {
  describe.each(['tls', 'libp2p'] as const)('through %s', (tunnel) => {
    it('carries bytes both ways, counts them, and frees all when closed', async () => {
      const { borrow, ledger, server, freed } = await setup(await make(), { tunnel })
      const lease = await borrow()
      expect(lease.view()).toMatchObject({ direction: 'borrowed', tunnel, bytes: 300, deviceId: 'CPU' })
      expect(ledger.reserved('CPU')).toEqual({ own: 0, lent: 300 })
      const socket = await dial(lease.endpoint)
      const sent = Buffer.alloc(3_000_000, 'abcdefg')
      socket.end(sent)
      expect((await readAll(socket)).equals(sent)).toBe(true)
      const counted = { bytesSent: sent.length, bytesReceived: sent.length, tunnel }
      await vi.waitFor(() => {
        expect(lease.view()).toMatchObject(counted)
        expect(server.leases()).toMatchObject([{ direction: 'lent', ...counted }])
      })
      await lease.close()
      expect(await lease.ended).toBeNull()
      await freed()
    })

    it('serves connections one after another, more of them than may be open at once', async () => {
      const { borrow, engine } = await setup(await make(), { tunnel, limits: { maxConnections: 2 } })
      const lease = await borrow()
      const first = await dial(lease.endpoint)
      const second = await dial(lease.endpoint)
      first.write('first')
      expect(String((await once(first, 'data'))[0])).toBe('first')
      second.end('second')
      expect(engine.connectionsAccepted).toBe(1)
      first.end()
      expect(String(await readAll(second))).toBe('second')
      for (let i = 0; i < 5; i += 1) {
        const next = await dial(lease.endpoint)
        next.end(`again ${i}`)
        expect(String(await readAll(next))).toBe(`again ${i}`)
      }
    })

    it('holds back a sender whose receiver does not read', async () => {
      const { borrow, engine } = await setup(await make(), { tunnel })
      const lease = await borrow()
      engine.reading = false
      const socket = await dial(lease.endpoint)
      const chunk = Buffer.alloc(1024 * 1024)
      let written = 0
      const write = (): void => {
        while (written < 256 && socket.write(chunk)) written += 1
      }
      socket.on('drain', write)
      write()
      await atRest(() => written)
      // Socket buffers of the kernel and one buffer of ours at each hop, not the whole.
      expect(written).toBeLessThan(64)
    })

    it('cuts its connections on both sides when the rpc-server crashes', async () => {
      const { borrow, engine, freed } = await setup(await make(), { tunnel })
      const lease = await borrow()
      const socket = await dial(lease.endpoint)
      socket.write('x')
      await once(socket, 'data')
      engine.crash()
      await over(socket)
      expect(await lease.ended).toMatchObject({ code: 'LEASE_LOST', message: expect.stringContaining('it crashed') })
      await freed()
    })
  })

  it('is over on both sides as soon as the peers are unpaired', async () => {
    const pair = await make()
    const { borrow, freed } = await setup(pair)
    const lease = await borrow()
    const socket = await dial(lease.endpoint)
    await pair.unpair()
    await Promise.all([lease.ended, over(socket)])
    await freed()
  })

  it('frees all when the head gives up while the rpc-server starts', async () => {
    const { client, request, engine, ledger, freed } = await setup(await make())
    engine.starting = new Promise(() => {})
    const controller = new AbortController()
    const borrowed = client.borrow(request, { signal: controller.signal })
    await vi.waitFor(() => expect(ledger.reserved('CPU').lent).toBe(300))
    controller.abort()
    await expect(borrowed).rejects.toMatchObject({ code: 'CANCELLED' })
    await freed()
  })

  it.each(['client', 'server'] as const)('is over on both sides when the %s stops', async (side) => {
    const { borrow, client, server, freed } = await setup(await make())
    const lease = await borrow()
    const socket = await dial(lease.endpoint)
    await (side === 'client' ? client.stop() : server.stop())
    await Promise.all([lease.ended, over(socket)])
    await freed()
    await expect(dial(lease.endpoint)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
