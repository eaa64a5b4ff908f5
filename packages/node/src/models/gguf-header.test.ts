import { isBaseError } from '@unhosted/core/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkGgufHeader } from './gguf-header.ts'
import { type GgufFile, ggufBytes, smallKeys, u64 } from './testing/gguf.ts'

const check = (bytes: Uint8Array) =>
  checkGgufHeader((offset, length) => bytes.subarray(offset, offset + length), bytes.length)

const huge = 2n ** 63n
const stringOf = (length: bigint) => ({ type: 8, bytes: u64(length) })
const arrayOf = (type: number, length: bigint) => ({
  type: 9,
  bytes: Buffer.concat([Buffer.from([type, 0, 0, 0]), u64(length)])
})
const withKey = (key: string, value: NonNullable<GgufFile['keys']>[string]): GgufFile => ({
  keys: { ...smallKeys, [key]: value }
})

describe('checkGgufHeader', () => {
  it('reads counts and integers of a valid file', () => {
    const header = check(ggufBytes({}))
    expect(header).toMatchObject({ version: 3, tensorCount: 6 })
    expect(header.integers.get('llama.block_count')).toBe(2)
  })

  const hostile: readonly (readonly [id: string, file: GgufFile | Buffer, reason: RegExp])[] = [
    ['empty', Buffer.alloc(0), /ends in the middle of its header, after 0 bytes/],
    ['not GGUF', Buffer.from('{"name": "something else"}'), /does not begin with GGUF but with "\{"na"/],
    ['control characters as magic', Buffer.from('\u001b[2J rest of it'), /with "\[2J"/],
    ['version 1', { version: 1 }, /GGUF version 1; 2 and 3/],
    ['version of the future', { version: 9 }, /GGUF version 9/],
    ['big-endian', { version: 0x03000000 }, /big-endian/],
    ['huge tensor count', { tensorCount: huge }, /claims \d+ tensors; at most/],
    [
      'tensor count beyond the file',
      { tensorCount: 60_000n },
      /claims 60000 tensors, more than its \d+ bytes can hold/
    ],
    ['a key of very many parts', withKey('a.'.repeat(30_000), { u32: 1 }), /key has 30001 parts/],
    ['huge key count', { keyCount: huge }, /metadata keys; at most/],
    ['key count beyond the file', { keyCount: 65_000n }, /65000 metadata keys, more than/],
    ['one key more than there is', { keyCount: 11n }, /GGUF model/],
    ['huge string', withKey('general.name', stringOf(huge)), /claims \d+ bytes; at most/],
    ['string beyond the file', withKey('general.name', stringOf(1_000_000n)), /middle of its header/],
    ['huge array', withKey('x', arrayOf(4, huge)), /array elements in "x"; at most/],
    ['array beyond the file', withKey('x', arrayOf(10, 1_000_000n)), /more than its \d+ bytes can hold/],
    ['array of arrays', withKey('x', arrayOf(9, 1n)), /unsupported type 9/],
    ['array of nothing known', withKey('x', arrayOf(77, 1n)), /unsupported type 77/],
    ['unknown value type', withKey('x', { type: 13, bytes: u64(0n) }), /unknown type 13/],
    ['alignment zero', withKey('general.alignment', { u32: 0 }), /alignment is 0/],
    ['alignment no power of two', withKey('general.alignment', { u32: 33 }), /alignment is 33/],
    ['alignment absurd', withKey('general.alignment', { u32: 2 ** 31 }), /alignment is 2147483648/],
    ['five dimensions', { tensors: [{ name: 'a', dimensions: [1, 1, 1, 1, 1] }] }, /claims 5 dimensions/],
    ['endless tensor name', { tensors: [{ name: 'n'.repeat(300), dimensions: [1] }] }, /tensor name claims 300 bytes/]
  ]
  it.each(hostile)('refuses: %s', (_id, file, reason) => {
    const bytes = Buffer.isBuffer(file) ? file : ggufBytes(file)
    expect(() => check(bytes)).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringMatching(reason) })
    )
  })

  it('refuses the same key twice', () => {
    const bytes = ggufBytes({ keys: { 'aaa.b': { u32: 1 }, 'aab.b': { u32: 1 } }, tensors: [] })
    bytes.write('aaa.b', bytes.indexOf('aab.b'))
    expect(() => check(bytes)).toThrow(/"aaa.b" is there twice/)
  })

  it('refuses a header that is cut anywhere', () => {
    const whole = ggufBytes({ tensors: [] })
    const header = whole.length - 64
    for (let length = 0; length < header; length += 7) {
      expect(() => check(whole.subarray(0, length)), `${length} bytes`).toThrow(/GGUF model/)
    }
  })

  it('survives any bytes after a valid beginning, in bounded work', () => {
    const start = ggufBytes({ tensors: [], keys: {} }).subarray(0, 8)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (tail, magic) => {
        let read = 0
        const bytes = magic ? Buffer.concat([start, tail]) : Buffer.from(tail)
        try {
          checkGgufHeader((offset, length) => {
            read += length
            return bytes.subarray(offset, offset + length)
          }, bytes.length)
        } catch (error) {
          expect(isBaseError(error, 'MODEL_INVALID')).toBe(true)
        }
        expect(read).toBeLessThanOrEqual(bytes.length * (bytes.length + 1))
      }),
      { numRuns: 300 }
    )
  })

  it('survives any one changed byte', () => {
    const whole = ggufBytes({})
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
        const bytes = Buffer.from(whole)
        bytes[at] = value
        try {
          check(bytes)
        } catch (error) {
          expect(isBaseError(error, 'MODEL_INVALID')).toBe(true)
        }
      }),
      { numRuns: 500 }
    )
  })
})
