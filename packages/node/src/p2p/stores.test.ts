import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PeerRecord } from '@unhosted/core/peers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openInvitesStore } from './pairing/invites-store.ts'
import { openPeersStore } from './peers-store.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unhosted-stores-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const record = (end: string): PeerRecord => ({
  peerId: `12D3KooWEcha5HcRMWAsiZRBfmBxVT7u9rRY3xt28dKhSzqFQ5${end}`,
  name: end,
  radius: 'trusted',
  grants: { infer: true, pool: false },
  addresses: ['/ip4/10.0.0.1/tcp/7778'],
  pairedAt: 1
})

describe('the peers store', () => {
  it('keeps what was put, over a restart, for the owner alone', async () => {
    const path = join(folder, 'peers.json')
    const store = await openPeersStore(path)
    await Promise.all([store.put(record('aa')), store.put(record('bb')), store.put({ ...record('aa'), name: 'new' })])
    const again = await openPeersStore(path)
    expect(again.all().map(({ name }) => name)).toEqual(['bb', 'new'])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('remembers whom to tell that they are unpaired, until they are told or paired again', async () => {
    const store = await openPeersStore(join(folder, 'peers.json'))
    for (const end of ['aa', 'bb', 'cc']) {
      await store.put(record(end))
      await store.remove(record(end).peerId, { remember: end !== 'cc' })
    }
    await store.forgetUnpaired(record('aa').peerId)
    await store.put(record('bb'))
    const again = await openPeersStore(join(folder, 'peers.json'))
    expect(['aa', 'bb', 'cc'].map((end) => again.wasUnpaired(record(end).peerId))).toEqual([false, false, false])
  })

  it('changes nothing in memory where the disk refuses', async () => {
    const path = join(folder, 'gone', 'peers.json')
    const store = await openPeersStore(path)
    await expect(store.put(record('aa'))).rejects.toThrow()
    expect(store.all()).toEqual([])
  })

  it.each([
    ['no JSON', '{'],
    ['of another shape', '{"version":1,"peers":[{"peerId":"x"}],"unpaired":[]}'],
    ['of another version', '{"version":2,"peers":[],"unpaired":[]}']
  ])('does not start on a file that is %s', async (_id, text) => {
    const path = join(folder, 'peers.json')
    await writeFile(path, text)
    await expect(openPeersStore(path)).rejects.toMatchObject({ code: 'HOME_CORRUPT' })
    expect(await readFile(path, 'utf8')).toBe(text)
  })
})

describe('a peer record', () => {
  it('that is removed while a change of it waits stays away', async () => {
    const store = await openPeersStore(join(folder, 'peers.json'))
    const known = record('aa')
    await store.put(known)
    const removed = store.remove(known.peerId, { remember: true })
    // What a hello in this moment does: the record is still there to be read.
    expect(store.get(known.peerId)).toBeDefined()
    await store.update(known.peerId, (current) => ({ ...current, name: 'after' }))
    await removed
    expect(store.get(known.peerId)).toBeUndefined()
    expect(store.wasUnpaired(known.peerId)).toBe(true)
    expect((await openPeersStore(join(folder, 'peers.json'))).all()).toEqual([])
  })
})

describe('the invites store', () => {
  const hash = (digit: string): string => digit.repeat(64)

  it('gives an invite to one of many who come at once, and remembers it over a restart', async () => {
    const path = join(folder, 'invites.json')
    const store = await openInvitesStore(path, () => 0)
    await store.add({ tokenHash: hash('a'), radius: 'local', expiresAt: 1000 })
    const results = await Promise.all(['x', 'y', 'z'].map((peerId) => store.redeem(hash('a'), peerId)))
    expect(results.filter(({ ok }) => ok)).toEqual([{ ok: true, radius: 'local' }])
    const again = await openInvitesStore(path, () => 0)
    expect(await again.redeem(hash('a'), 'w')).toEqual({ ok: false, code: 'INVITE_USED' })
  })

  it.each([
    ['a moment before its end', 999, { ok: true, radius: 'local' }],
    ['at its end', 1000, { ok: false, code: 'INVITE_EXPIRED' }],
    ['a day later', 1000 + 86_400_000, { ok: false, code: 'INVITE_EXPIRED' }]
  ])('answers %s', async (_id, now, expected) => {
    let clock = 0
    const store = await openInvitesStore(join(folder, 'invites.json'), () => clock)
    await store.add({ tokenHash: hash('a'), radius: 'local', expiresAt: 1000 })
    clock = now
    expect(await store.redeem(hash('a'), 'x')).toEqual(expected)
  })

  it('keeps a bounded number open', async () => {
    const store = await openInvitesStore(join(folder, 'invites.json'), () => 0)
    for (let index = 0; index < 64; index++) {
      await store.add({ tokenHash: index.toString(16).padStart(64, '0'), radius: 'local', expiresAt: 1000 })
    }
    await expect(store.add({ tokenHash: hash('f'), radius: 'local', expiresAt: 1 })).rejects.toMatchObject({
      code: 'USAGE'
    })
  })
})
