import type { PairingView } from '@unhosted/core/control'
import { afterEach, describe, expect, it } from 'vitest'
import type { Peering } from './peering.ts'
import { pairByInvite, startTestPeering, type TestPeering, untilState } from './testing.ts'

const started: TestPeering[] = []
async function peering(name: string): Promise<TestPeering> {
  const made = await startTestPeering(name)
  started.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(started.splice(0).map((made) => made[Symbol.asyncDispose]()))
})
const signal = AbortSignal.timeout(60_000)

/** The first pairing on `side` that stands so. */
function untilPairing(side: Peering, state: PairingView['state']): Promise<PairingView> {
  return new Promise((resolve) => {
    const waiting = side.pairing.pending().find((view) => view.state === state)
    if (waiting !== undefined) return resolve(waiting)
    const remove = side.pairing.onChange((view) => {
      if (view.state !== state) return
      remove()
      resolve(view)
    })
  })
}

describe('pairing by invite', () => {
  it('stores each on the other side and connects them', async () => {
    const a = await peering('a')
    const b = await peering('b')
    await pairByInvite(a, b)
    expect(a.host.peer(b.host.peerId)).toMatchObject({ name: 'b', state: 'connected', record: { radius: 'local' } })
    expect(b.host.peer(a.host.peerId)).toMatchObject({ name: 'a', state: 'connected', record: { radius: 'local' } })
  })
})

describe('pairing by digits', () => {
  it('shows both people the same digits and pairs when both confirm', async () => {
    const a = await peering('a')
    const b = await peering('b')
    const address = a.host.addresses()[0] ?? ''
    const offered = await b.pairing.offer({ peer: null, address, radius: 'local' }, { signal })
    const there = await untilPairing(a, 'compare')
    expect(offered.digits).toMatch(/^\d{6}$/)
    expect(there.digits).toBe(offered.digits)
    const connected = [untilState(a.host, b.host.peerId, 'connected'), untilState(b.host, a.host.peerId, 'connected')]
    expect(await b.pairing.confirm({ id: offered.id, accept: true, radius: 'local' })).toMatchObject({
      state: 'waiting'
    })
    expect(a.peersStore.all()).toEqual([])
    await a.pairing.confirm({ id: there.id, accept: true, radius: 'trusted' })
    await Promise.all(connected)
    expect(a.peersStore.all()).toMatchObject([{ peerId: b.host.peerId, radius: 'trusted', grants: { pool: false } }])
    expect(b.peersStore.all()).toMatchObject([{ peerId: a.host.peerId, radius: 'local', grants: { pool: true } }])
  })
})

describe('unpairing', () => {
  it('cuts streams on both sides and removes both records', async () => {
    const a = await peering('a')
    const b = await peering('b')
    await pairByInvite(a, b)
    const served = Promise.withResolvers<Error | null>()
    a.host.handle('/test/1', async (stream, context) => {
      void stream.ended.then(served.resolve)
      await stream.readFrame({ signal: context.signal })
    })
    const stream = await b.host.open(a.host.peerId, '/test/1', { signal })
    const gone = new Promise((resolve) => b.host.on('peer:unpaired', resolve))
    await a.pairing.unpair('b')
    expect(await stream.ended).toBeInstanceOf(Error)
    expect(await served.promise).toBeInstanceOf(Error)
    await gone
    expect(a.peersStore.all()).toEqual([])
    expect(b.peersStore.all()).toEqual([])
  })
})
