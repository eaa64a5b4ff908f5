import { describe, expect, it } from 'vitest'
import { parseRpcUrl } from './rpc-url.ts'

describe('parseRpcUrl', () => {
  it.each([
    ['a key in the path', 'https://base.example.org/v2/s3cr3tK3y', 'https://base.example.org'],
    ['a key in the query', 'https://rpc.example.org/?apikey=s3cr3tK3y', 'https://rpc.example.org'],
    ['a password', 'https://me:s3cr3tK3y@rpc.example.org:8443', 'https://rpc.example.org:8443'],
    ['a key that is encoded', 'https://rpc.example.org/s3cr3t%4B3y', 'https://rpc.example.org'],
    ['a path that does not decode', 'https://rpc.example.org/%zz/s3cr3tK3y', 'https://rpc.example.org']
  ])('hides %s, wherever it turns up', (_, text, shown) => {
    const url = parseRpcUrl(text)
    expect(url.shown).toBe(shown)
    for (const leak of [text, url.href, `request to ${text} failed`, 'bad key s3cr3tK3y']) {
      expect(url.scrub(leak)).not.toContain('s3cr3tK3y')
    }
  })

  it('sends a password as a header, because fetch refuses it in the address', () => {
    const { href, headers } = parseRpcUrl('https://me:p%40ss@rpc.example.org')
    expect(href).toBe('https://rpc.example.org/')
    expect(headers).toEqual({ authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}` })
  })

  it.each(['', 'rpc.example.org/s3cr3tK3y', 'ws://rpc.example.org/s3cr3tK3y', 'file:///s3cr3tK3y'])(
    'refuses %j without repeating it',
    (text) => {
      expect(() => parseRpcUrl(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
      expect(() => parseRpcUrl(text)).not.toThrow(/s3cr3tK3y/)
    }
  )
})
