import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BaseError } from '../errors/index.ts'
import { encodeInvite, hashInviteToken, type Invite, maxInviteAddresses, parseInvite } from './invite.ts'

const base58 = [...'123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz']
const base64url = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
const letters = (from: readonly string[], length: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...from), { minLength: length, maxLength: length }).map((chars) => chars.join(''))

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 16 })
  .filter((text) => text.length <= 64 && /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u.test(text) && text.isWellFormed())
const address = fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 65535 })).map(([ip, port]) => `/ip4/${ip}/tcp/${port}`)
const invites: fc.Arbitrary<Invite> = fc.record({
  peerId: letters(base58, 52),
  name,
  addresses: fc.array(address, { maxLength: maxInviteAddresses }),
  expiresAt: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
  token: letters(base64url, 22),
  radius: fc.constantFrom('local' as const, 'trusted' as const)
})

const sample: Invite = {
  peerId: '12D3KooWEcha5HcRMWAsiZRBfmBxVT7u9rRY3xt28dKhSzqFQ5Nn',
  name: 'Ada & Co = 100 %',
  addresses: ['/ip4/192.168.1.7/tcp/7778', '/ip6/fd00::2/tcp/7778'],
  expiresAt: 1_900_000_000_000,
  token: 'abcdefghijklmnopqrstuv',
  radius: 'trusted'
}

function codeOf(work: () => unknown): string | null {
  try {
    work()
    return null
  } catch (error) {
    return error instanceof BaseError ? error.code : 'not a BaseError'
  }
}

describe('an invite', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(invites, (invite) => {
        expect(parseInvite(encodeInvite(invite))).toEqual(invite)
      })
    )
  })

  it('is one line that a shell takes within quotes and a terminal prints', () => {
    fc.assert(
      fc.property(invites, (invite) => {
        expect(encodeInvite(invite)).toMatch(/^unhosted:\/\/pair\?[!-~]+$/)
      })
    )
  })

  it('reads the same with blanks around it', () => {
    expect(parseInvite(`\n  ${encodeInvite(sample)} \n`)).toEqual(sample)
  })

  it('is refused when any one character is altered or lost', () => {
    const text = encodeInvite(sample)
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('', 'x', '0', '&', '%'), (at, put) => {
        const altered = text.slice(0, at) + put + text.slice(at + 1)
        if (altered !== text) expect(codeOf(() => parseInvite(altered))).toBe('INVITE_INVALID')
      })
    )
  })

  it('is refused, and never anything worse, whatever the text', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }).map((text) => `unhosted://pair?${text}`)
    )
    fc.assert(
      fc.property(hostile, (text) => {
        expect(codeOf(() => parseInvite(text))).toBe('INVITE_INVALID')
      })
    )
  })

  it.each([
    ['longer than any invite', `${encodeInvite(sample)}${'x'.repeat(4096)}`],
    ['of another scheme', encodeInvite(sample).replace('unhosted:', 'https:')],
    ['empty', '']
  ])('is refused when it is %s', (_id, text) => {
    expect(codeOf(() => parseInvite(text))).toBe('INVITE_INVALID')
  })

  it.each([
    ['a peer id of another alphabet', { peerId: 'O'.repeat(52) }],
    ['a name that moves the cursor', { name: '\u001b[2J' }],
    ['an address with a path', { addresses: ['/ip4/1.2.3.4/tcp/1/ws'] }],
    ['a token of another length', { token: 'short' }]
  ])('is refused when it holds %s, with a checksum that fits', (_id, change) => {
    expect(codeOf(() => parseInvite(encodeInvite({ ...sample, ...change })))).toBe('INVITE_INVALID')
  })

  it('has a token hash that does not show the token', () => {
    expect(hashInviteToken(sample.token)).toMatch(/^[0-9a-f]{64}$/)
    expect(hashInviteToken(sample.token)).not.toBe(hashInviteToken(`${sample.token.slice(0, -1)}w`))
  })
})
