import type { PeerPresence } from '@unhosted/core/presence'
import { describe, expect, it } from 'vitest'
import { findPaired, findPeer } from './pairing-records.ts'

const idOf = (end: string): string => `12D3KooWEcha5HcRMWAsiZRBfmBxVT7u9rRY3xt28dKhSzqFQ5${end}`
const presence = (end: string, name: string): PeerPresence => ({
  peerId: idOf(end),
  name,
  record: null,
  state: 'seen',
  addresses: [],
  link: null
})

describe('the peer that a person means', () => {
  const peers = [presence('aa', 'mini'), presence('bb', 'Attic')]

  it.each([
    ['its id', idOf('bb'), 'bb'],
    ['its name', 'attic', 'bb'],
    ['the end of its id', 'zqFQ5aa', 'aa']
  ])('is found by %s', (_id, reference, end) => {
    expect(findPeer(reference, peers).peerId).toBe(idOf(end))
  })

  it('is no machine that is only seen, where a paired one is asked for', () => {
    expect(() => findPaired('mini', peers)).toThrow(
      expect.objectContaining({ code: 'PEER_UNKNOWN', message: 'No paired machine "mini" is known.' })
    )
  })

  it('is never a machine that calls itself by the id of another', () => {
    const impostor = presence('cc', idOf('dd'))
    expect(() => findPeer(idOf('dd'), [impostor])).toThrow(expect.objectContaining({ code: 'PEER_UNKNOWN' }))
    expect(findPeer(idOf('dd'), [impostor, presence('dd', 'mini')]).peerId).toBe(idOf('dd'))
  })

  it.each([
    ['two have the name', 'mini', presence('cc', 'MINI')],
    ['one is called like the end of the other id', 'zqFQ5aa', presence('cc', 'zqFQ5aa')]
  ])('is asked for again where %s', (_id, reference, other) => {
    expect(() => findPeer(reference, [...peers, other])).toThrow(
      expect.objectContaining({ code: 'USAGE', advice: expect.stringContaining(idOf('cc')) })
    )
  })
})
