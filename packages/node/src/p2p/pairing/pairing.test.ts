import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PairingView } from '@unhosted/core/control'
import type { ErrorCode } from '@unhosted/core/errors'
import { encodeInvite, parseInvite } from '@unhosted/core/trust'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Peering } from '../peering.ts'
import {
  pairByInvite,
  startTestPeering,
  type TestPeering,
  type TestPeeringOptions,
  untilState
} from '../testing/peers.ts'

// Real sockets and handshakes: a busy machine is slower, not wrong.
vi.setConfig({ testTimeout: 30_000 })

const started: TestPeering[] = []
async function peering(name: string, options: TestPeeringOptions = {}): Promise<TestPeering> {
  const made = await startTestPeering(name, options)
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

describe('a machine that ends the connection of a greeting at this moment', () => {
  /** Two machines with a connection that `a` has cut and `b` still takes for open. */
  async function cutByOne(): Promise<{ a: TestPeering; b: TestPeering; invite: string }> {
    const a = await peering('a')
    const b = await peering('b')
    const { invite } = await a.pairing.createInvite({ radius: 'local', expiresInMs: 60_000 })
    await b.host.switchboard.dial(a.host.peerId, a.host.addresses(), signal)
    await vi.waitFor(() => expect(a.host.switchboard.connections(b.host.peerId)).toHaveLength(1))
    a.host.switchboard.cut(b.host.peerId, 'greeted')
    expect(b.host.switchboard.connections(a.host.peerId)).toHaveLength(1)
    return { a, b, invite }
  }

  it('is paired by an invite all the same', async () => {
    const { a, b, invite } = await cutByOne()
    await b.pairing.acceptInvite({ invite, radius: null }, { signal })
    expect(a.peersStore.get(b.host.peerId)?.name).toBe('b')
  })

  it('is offered a pairing by digits all the same', async () => {
    const { a, b } = await cutByOne()
    const [address] = a.host.addresses()
    await b.pairing.offer({ peer: null, address: `${address}/p2p/${a.host.peerId}`, radius: 'local' }, { signal })
    expect((await untilPairing(a, 'offered')).peerName).toBe('b')
  })
})

interface Refusal {
  readonly id: string
  readonly code: ErrorCode
  /** The invite that reaches the other side, made from a good one. */
  readonly invite: (sides: { a: TestPeering; b: TestPeering; good: string; clock: { now: number } }) => Promise<string>
}

const refusals: readonly Refusal[] = [
  {
    id: 'has expired',
    code: 'INVITE_EXPIRED',
    invite: async ({ good, clock }) => {
      clock.now += 60_001
      return good
    }
  },
  {
    id: 'has been used',
    code: 'INVITE_USED',
    invite: async ({ a, good }) => {
      const other = await peering('other')
      await other.pairing.acceptInvite({ invite: good, radius: null }, { signal })
      await a.pairing.unpair('other')
      return good
    }
  },
  {
    id: 'has a token that nobody issued',
    code: 'INVITE_INVALID',
    invite: async ({ good }) => encodeInvite({ ...parseInvite(good), token: 'AAAAAAAAAAAAAAAAAAAAAA' })
  },
  {
    id: 'names a machine by an id that belongs to no key',
    code: 'INVITE_INVALID',
    invite: async ({ good }) => encodeInvite({ ...parseInvite(good), peerId: `12D3KooW${'1'.repeat(44)}` })
  },
  {
    id: 'lost a character on the way',
    code: 'INVITE_INVALID',
    invite: async ({ good }) => good.replace('radius', '').slice(0, -1)
  },
  {
    id: 'claims a later expiry than it was issued with',
    code: 'INVITE_EXPIRED',
    invite: async ({ good, clock }) => {
      clock.now += 60_001
      return encodeInvite({ ...parseInvite(good), expiresAt: clock.now + 600_000 })
    }
  },
  {
    id: 'leads to a machine with another key',
    code: 'IDENTITY_CHANGED',
    invite: async ({ good }) => {
      const impostor = await peering('impostor')
      return encodeInvite({ ...parseInvite(good), addresses: impostor.host.addresses() })
    }
  },
  {
    id: 'was made on this very machine',
    code: 'USAGE',
    invite: async ({ b }) => (await b.pairing.createInvite({ radius: 'local', expiresInMs: 60_000 })).invite
  },
  {
    id: 'leads nowhere',
    code: 'PEER_UNREACHABLE',
    invite: async ({ a, good }) => {
      await a.stop()
      return good
    }
  }
]

describe('an invite that', () => {
  it.each(refusals)('$id is refused and nothing is stored', async ({ code, invite }) => {
    const clock = { now: Date.now() }
    const a = await peering('a', { now: () => clock.now })
    const b = await peering('b')
    const good = (await a.pairing.createInvite({ radius: 'local', expiresInMs: 60_000 })).invite
    const given = await invite({ a, b, good, clock })
    const accepting = b.pairing.acceptInvite({ invite: given, radius: null }, { signal })
    await expect(accepting).rejects.toMatchObject({ code, advice: expect.stringMatching(/\w+/) })
    expect(a.peersStore.all()).toEqual([])
    expect(b.peersStore.all()).toEqual([])
  })

  it('grants what the issuer said, whatever the text was altered to', async () => {
    const a = await peering('a')
    const b = await peering('b')
    const { invite } = await a.pairing.createInvite({ radius: 'trusted', expiresInMs: 60_000 })
    const altered = encodeInvite({ ...parseInvite(invite), radius: 'local' })
    await b.pairing.acceptInvite({ invite: altered, radius: 'trusted' }, { signal })
    expect(a.peersStore.get(b.host.peerId)).toMatchObject({ radius: 'trusted', grants: { pool: false } })
  })

  it('is taken up by two at once pairs with one of them', async () => {
    const a = await peering('a')
    const [b, c] = [await peering('b'), await peering('c')]
    const { invite } = await a.pairing.createInvite({ radius: 'local', expiresInMs: 60_000 })
    const outcomes = await Promise.allSettled(
      [b, c].map((side) => side.pairing.acceptInvite({ invite, radius: null }, { signal }))
    )
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(a.peersStore.all()).toHaveLength(1)
  })

  it('is kept as a hash only, in a file for the owner alone', async () => {
    const a = await peering('a')
    const { invite } = await a.pairing.createInvite({ radius: 'local', expiresInMs: 60_000 })
    const path = join(a.home, 'invites.json')
    expect(await readFile(path, 'utf8')).not.toContain(parseInvite(invite).token)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
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

/** `b` has offered to `a`, and both show digits. */
async function comparing(): Promise<{ a: TestPeering; b: TestPeering; atA: PairingView; atB: PairingView }> {
  const a = await peering('a')
  const b = await peering('b')
  const atB = await b.pairing.offer({ peer: null, address: a.host.addresses()[0] ?? '', radius: 'local' }, { signal })
  return { a, b, atB, atA: await untilPairing(a, 'compare') }
}

describe('a pairing by digits', () => {
  it.each([
    ['the one who was asked says no', 'a'],
    ['the one who asked says no', 'b']
  ] as const)('fails on both sides where %s, and nothing is stored', async (_id, refuser) => {
    const { a, b, atA, atB } = await comparing()
    const failed = [untilPairing(a, 'failed'), untilPairing(b, 'failed')]
    const [yes, no] = refuser === 'a' ? [b, a] : [a, b]
    const ids = new Map([
      [a, atA.id],
      [b, atB.id]
    ])
    await yes.pairing.confirm({ id: ids.get(yes) ?? '', accept: true, radius: 'local' })
    await no.pairing.confirm({ id: ids.get(no) ?? '', accept: false, radius: 'local' })
    for (const view of await Promise.all(failed)) expect(view.error).toMatchObject({ code: 'PAIRING_REFUSED' })
    expect([...a.peersStore.all(), ...b.peersStore.all()]).toEqual([])
  })

  it('fails here where the other machine goes away', async () => {
    const { a, b, atA } = await comparing()
    await a.pairing.confirm({ id: atA.id, accept: true, radius: 'local' })
    const failed = untilPairing(a, 'failed')
    await b.stop()
    expect(await failed).toMatchObject({ error: { code: 'PAIRING_REFUSED' } })
    expect(a.peersStore.all()).toEqual([])
  })

  it('is one pairing where both people offered at once', async () => {
    const a = await peering('a')
    const b = await peering('b')
    const [atA, atB] = await Promise.all([
      a.pairing.offer({ peer: null, address: b.host.addresses()[0] ?? '', radius: 'local' }, { signal }),
      b.pairing.offer({ peer: null, address: a.host.addresses()[0] ?? '', radius: 'local' }, { signal })
    ])
    expect(atA.digits).toBe(atB.digits)
    expect([...a.pairing.pending(), ...b.pairing.pending()]).toHaveLength(2)
    const connected = [untilState(a.host, b.host.peerId, 'connected'), untilState(b.host, a.host.peerId, 'connected')]
    await a.pairing.confirm({ id: atA.id, accept: true, radius: 'local' })
    await b.pairing.confirm({ id: atB.id, accept: true, radius: 'local' })
    await Promise.all(connected)
  })

  it('keeps no more than a few strangers waiting', async () => {
    const a = await peering('a')
    const address = a.host.addresses()[0] ?? ''
    const outcomes: string[] = []
    for (const name of ['b', 'c', 'd', 'e', 'f']) {
      const stranger = await peering(name)
      const offered = stranger.pairing.offer({ peer: null, address, radius: 'local' }, { signal })
      outcomes.push(
        await offered.then(
          ({ state }) => state,
          ({ code }) => code
        )
      )
    }
    expect(outcomes).toEqual(['compare', 'compare', 'compare', 'compare', 'PAIRING_REFUSED'])
    expect(a.pairing.pending()).toHaveLength(4)
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
  it('is told to a peer that was away, when it comes back', async () => {
    const a = await peering('a')
    const home = await mkdtemp(join(tmpdir(), 'unhosted-away-'))
    try {
      const before = await startTestPeering('b', { home })
      await pairByInvite(a, before)
      const lost = new Promise((resolve) => a.host.on('peer:lost', resolve))
      await before.stop()
      await lost
      await a.pairing.unpair('b')
      const b = await peering('b', { home })
      expect(b.peersStore.all()).toHaveLength(1)
      await new Promise((resolve) => b.host.on('peer:unpaired', resolve))
      expect(b.peersStore.all()).toEqual([])
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  })
})
