import { BaseError, errorSpec } from '@unhosted/core/errors'
import { defaultGrants } from '@unhosted/core/peers'
import { encodeTunnelOpening, leaseProtocol, leaseReplySchema, tunnelProtocol } from '@unhosted/core/protocol'
import { describe, expect, it, vi } from 'vitest'
import type { FramedStream } from '../p2p/types.ts'
import { hostPairs, leaseFixture, rawLease, requestMessage } from './testing/index.ts'

const { setup } = leaseFixture()
const { signal } = new AbortController()
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

describe.each(hostPairs)('over $name hosts, a lease', ({ make }) => {
  it('opens to nobody without its secret, and to nobody once it is over', async () => {
    const pair = await make()
    const { server, engine } = await setup(pair)
    const { stream, granted } = await rawLease(pair)
    const attempt = async (opening: Uint8Array): Promise<Uint8Array | null> => {
      const connection = await pair.head.open(pair.lender.peerId, tunnelProtocol, { signal })
      await connection.writeFrame(opening, { signal })
      return await connection.readFrame({ signal, timeoutMs: 2000 }).catch(() => null)
    }
    const right = { purpose: 'probe', leaseId: granted.leaseId, secret: granted.secret } as const
    expect([...((await attempt(encodeTunnelOpening(right))) ?? [])]).toEqual([1])
    expect(await attempt(encodeTunnelOpening({ ...right, secret: '0'.repeat(64) }))).toBeNull()
    expect(await attempt(encodeTunnelOpening({ ...right, leaseId: '0'.repeat(32) }))).toBeNull()
    expect(await attempt(bytes('garbage'.repeat(20)))).toBeNull()
    await stream.close()
    await vi.waitFor(() => expect(server.leases()).toEqual([]))
    expect(await attempt(encodeTunnelOpening({ ...right, purpose: 'data' }))).toBeNull()
    expect(engine.connectionsAccepted).toBe(0)
  })

  it.each([
    ['more than is lent', { bytes: 501 }, /501 B asked of CPU, where 500 B of 500 B may still be lent/],
    ['a device that is not there', { deviceId: 'CUDA7' }, /no device CUDA7/],
    ['another engine version', { engineVersion: 'llama.cpp/other rpc/6.0.0' }, /runs llama.cpp\/test rpc\/7.0.0, not/]
  ])('is refused for %s', async (_id, change, message) => {
    const { borrow, freed } = await setup(await make())
    await expect(borrow(change)).rejects.toMatchObject({
      code: 'LEASE_REFUSED',
      message: expect.stringMatching(message),
      advice: expect.stringMatching(/\w/)
    })
    await freed()
  })

  it('holds the rpc-server to what was lent', async () => {
    const { borrow, engine } = await setup(await make())
    await borrow()
    expect(engine.memoryBytes).toBe(300)
  })

  it('is refused without the grant, and ends when the grant is taken back', async () => {
    const pair = await make()
    const { borrow, freed } = await setup(pair)
    const lease = await borrow()
    await pair.setLenderGrants({ ...defaultGrants.local, pool: false })
    expect(await lease.ended).toMatchObject({ code: 'LEASE_REFUSED' })
    await expect(borrow()).rejects.toMatchObject({
      code: 'PEER_REFUSED',
      advice: expect.stringContaining('unhosted grant')
    })
    await freed()
  })

  it('is refused where the grant is taken back between the opening and the request', async () => {
    const pair = await make()
    const { freed } = await setup(pair)
    const stream = await pair.head.open(pair.lender.peerId, leaseProtocol, { signal })
    await pair.setLenderGrants({ ...defaultGrants.local, pool: false })
    await stream.writeJson(requestMessage, { signal })
    const reply = await stream.readJson(leaseReplySchema, { signal })
    expect(reply).toMatchObject({ type: 'refused', error: { code: 'PEER_REFUSED' } })
    await freed()
  })

  it('never lends the same memory twice to two that ask at once', async () => {
    const { borrow, ledger } = await setup(await make())
    const results = await Promise.allSettled([borrow(), borrow(), borrow({ bytes: 200 })])
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(ledger.reserved('CPU')).toEqual({ own: 0, lent: 500 })
  })

  it('is refused beyond the number that one peer may have', async () => {
    const { borrow } = await setup(await make(), { limits: { maxLeasesPerPeer: 2 } })
    await borrow({ bytes: 1 })
    await borrow({ bytes: 1 })
    await expect(borrow({ bytes: 1 })).rejects.toMatchObject({ code: 'LEASE_REFUSED' })
  })

  it('is refused, and the memory freed, when the rpc-server does not start', async () => {
    const { borrow, engine, freed } = await setup(await make())
    engine.failure = new BaseError('ENGINE_START_FAILED', 'It did not start: /home/owner/model.gguf', { advice: 'x' })
    // Why, in general; the files of the other machine are no business of ours.
    const message = `On the other machine: ${errorSpec('ENGINE_START_FAILED').meaning}`
    await expect(borrow()).rejects.toMatchObject({ code: 'LEASE_REFUSED', message })
    await freed()
  })

  it.each<[string, (stream: FramedStream) => Promise<void>]>([
    ['garbage', (stream) => stream.writeFrame(bytes('\u0000garbage'), { signal })],
    ['an empty frame', (stream) => stream.writeFrame(new Uint8Array(), { signal })],
    ['a beat before the request', (stream) => stream.writeJson({ type: 'beat' }, { signal })],
    ['a request with a field too many', (stream) => stream.writeJson({ ...requestMessage, port: 1 }, { signal })],
    ['a device with a path in it', (stream) => stream.writeJson({ ...requestMessage, deviceId: '../x' }, { signal })],
    ['negative bytes', (stream) => stream.writeJson({ ...requestMessage, bytes: -300 }, { signal })],
    ['no whole number of bytes', (stream) => stream.writeJson({ ...requestMessage, bytes: 1.5 }, { signal })],
    [
      'a name with control characters',
      (stream) => stream.writeJson({ ...requestMessage, modelName: '\u001b[2J' }, { signal })
    ],
    ['an end at once', (stream) => stream.closeWrite()],
    ['a reset', async (stream) => stream.abort(new Error('no'))]
  ])('is not opened by %s', async (_id, act) => {
    const pair = await make()
    const { freed } = await setup(pair)
    const stream = await pair.head.open(pair.lender.peerId, leaseProtocol, { signal })
    await act(stream)
    await stream.ended
    await freed()
  })

  it('is not waited for when the request does not come', async () => {
    const pair = await make()
    const { freed } = await setup(pair, { limits: { requestMs: 50 } })
    const stream = await pair.head.open(pair.lender.peerId, leaseProtocol, { signal })
    await stream.ended
    await freed()
  })
})
