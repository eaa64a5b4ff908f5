import { describe, expect, it } from 'vitest'
import { announceable, dialOrder, isLocalNetwork, localAddressTowards, parseDialAddress } from './addresses.ts'

const id = '12D3KooWEcha5HcRMWAsiZRBfmBxVT7u9rRY3xt28dKhSzqFQ5Nn'

describe('an address that a person writes', () => {
  it.each([
    ['192.168.1.7', '/ip4/192.168.1.7/tcp/7778', null],
    ['192.168.1.7:9000', '/ip4/192.168.1.7/tcp/9000', null],
    ['desk.local', '/dns4/desk.local/tcp/7778', null],
    ['desk:9000', '/dns4/desk/tcp/9000', null],
    ['[fd00::2]:9000', '/ip6/fd00::2/tcp/9000', null],
    ['fd00::2', '/ip6/fd00::2/tcp/7778', null],
    ['/ip4/10.0.0.1/tcp/1', '/ip4/10.0.0.1/tcp/1', null],
    [`/ip4/10.0.0.1/tcp/1/p2p/${id}`, '/ip4/10.0.0.1/tcp/1', id]
  ])('%s', (text, address, peerId) => {
    expect(parseDialAddress(text, 7778)).toEqual({ address, peerId })
  })

  it.each(['', ' ', 'a b', 'desk:0', 'desk:70000', '/ip4/10.0.0.1', '/unix/tmp/x', '/nonsense', '-x', 'http://desk'])(
    'is refused: "%s"',
    (text) => {
      expect(() => parseDialAddress(text, 7778)).toThrowError(expect.objectContaining({ code: 'USAGE' }))
    }
  )
})

describe('an address', () => {
  it.each([
    ['/ip4/10.1.2.3/tcp/1', true],
    ['/ip4/172.31.0.1/tcp/1', true],
    ['/ip4/192.168.1.7/tcp/1', true],
    ['/ip4/169.254.7.7/tcp/1', true],
    ['/ip4/100.64.0.1/tcp/1', true],
    ['/ip4/127.0.0.1/tcp/1', true],
    ['/ip6/::1/tcp/1', true],
    ['/ip6/fd00::2/tcp/1', true],
    ['/ip4/172.32.0.1/tcp/1', false],
    ['/ip4/203.0.113.1/tcp/1', false],
    ['/ip6/2001:db8::1/tcp/1', false],
    ['/ip6/::ffff:203.0.113.1/tcp/1', false],
    ['/dns4/localhost/tcp/1', false]
  ])('%s of a network of people’s own: %s', (address, expected) => {
    expect(isLocalNetwork(address)).toBe(expected)
  })
})

describe('addresses', () => {
  it('are announced without what no other machine could use, loopback last', () => {
    expect(
      announceable([
        '/ip4/127.0.0.1/tcp/1',
        '/ip6/fe80::1/tcp/1',
        '/ip4/10.0.0.1/tcp/1',
        '/ip4/10.0.0.1/tcp/1',
        '/ip4/10.0.0.1/tcp/1/ws',
        '/unix/x'
      ])
    ).toEqual(['/ip4/10.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/1'])
  })

  it('are announced in a bounded number', () => {
    expect(announceable(Array.from({ length: 40 }, (_, index) => `/ip4/10.0.0.${index}/tcp/1`))).toHaveLength(16)
  })

  it('are dialled on loopback only where nothing else is known', () => {
    expect(dialOrder(['/ip4/127.0.0.1/tcp/1', '/ip4/203.0.113.5/tcp/1'])).toEqual(['/ip4/203.0.113.5/tcp/1'])
    expect(dialOrder(['/ip4/127.0.0.1/tcp/1'])).toEqual(['/ip4/127.0.0.1/tcp/1'])
  })

  it('of ours towards loopback is loopback', async () => {
    expect(await localAddressTowards('127.0.0.1')).toBe('127.0.0.1')
    expect(await localAddressTowards('::1')).toBe('::1')
  })
})
