import { describe, expect, it } from 'vitest'
import { defaultGrants } from '../facts/peers/peer-record.ts'
import { dialAddresses } from './dial-addresses.ts'

const addresses = (net: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `/ip4/10.0.${net}.${index}/tcp/1`)
const state = (sighted: readonly string[], told: readonly string[]): Parameters<typeof dialAddresses>[0] => ({
  name: null,
  sightedAddresses: sighted,
  toldAddresses: told,
  linked: false,
  link: null,
  impostor: false
})
const record = (stored: string[]): Parameters<typeof dialAddresses>[1] => ({
  peerId: '12D3KooWEcha5HcRMWAsiZRBfmBxVT7u9rRY3xt28dKhSzqFQ5aa',
  name: 'mini',
  radius: 'local',
  grants: defaultGrants.local,
  addresses: stored,
  pairedAt: 1
})

describe('the addresses at which a peer is dialled', () => {
  it.each([
    ['are none where nothing is known', null, null, []],
    ['are those of its record where it is away', null, record(addresses(3, 2)), addresses(3, 2)],
    [
      'are what was sighted, what it told, what is stored, in this order',
      state(addresses(1, 1), addresses(2, 1)),
      record(addresses(3, 1)),
      [...addresses(1, 1), ...addresses(2, 1), ...addresses(3, 1)]
    ],
    ['name each once', state(addresses(1, 1), addresses(1, 2)), record(addresses(1, 3)), addresses(1, 3)],
    [
      'leave half of the room to the peer’s own words, whatever was announced',
      state(addresses(1, 16), addresses(2, 16)),
      null,
      [...addresses(1, 8), ...addresses(2, 8)]
    ],
    [
      'are sixteen at most',
      state([], addresses(2, 10)),
      record(addresses(3, 10)),
      [...addresses(2, 10), ...addresses(3, 6)]
    ]
  ])('%s', (_id, known, stored, expected) => {
    expect(dialAddresses(known, stored)).toEqual(expected)
  })
})
