import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBaseError } from './errors/base-error.ts'
import { applyMemoryLimit, bytes, formatBytes, GiB, MiB, parseBytes, parseDuration, parseMemoryLimit } from './units.ts'

const refused = (act: () => unknown): void => {
  expect(act).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', advice: expect.stringMatching(/^Write /) }))
}

describe('parseBytes', () => {
  it.each([
    ['0', 0],
    ['1024', 1024],
    ['12GiB', 12 * GiB],
    ['1.5g', 1.5 * GiB],
    [' 512 MB ', 512e6],
    ['2TiB', 2048 * GiB]
  ])('reads %j', (text, value) => {
    expect(parseBytes(text)).toBe(value)
  })

  it.each(['', 'much', '-1', '1.2.3', '1e9', '12 QiB', '99999999999TiB', '0x10', '1,5GiB'])('refuses %j', (text) => {
    refused(() => parseBytes(text))
  })
})

describe('parseMemoryLimit', () => {
  it('reads shares and amounts', () => {
    expect(parseMemoryLimit('80%')).toEqual({ fraction: 0.8 })
    expect(parseMemoryLimit('12GiB')).toEqual({ bytes: 12 * GiB })
  })

  it.each(['101%', '-5%', '%', 'half'])('refuses %j', (text) => {
    refused(() => parseMemoryLimit(text))
  })
})

describe('applyMemoryLimit', () => {
  it('never allows more than there is, nor a part of a byte', () => {
    const limits = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }).map((fraction) => ({ fraction })),
      fc.nat().map((value) => ({ bytes: bytes(value) }))
    )
    fc.assert(
      fc.property(limits, fc.nat(), (limit, total) => {
        const allowed = applyMemoryLimit(limit, total)
        expect(Number.isSafeInteger(allowed)).toBe(true)
        expect(allowed).toBeGreaterThanOrEqual(0)
        expect(allowed).toBeLessThanOrEqual(total)
      })
    )
  })
})

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [3_751_904, '3.6 MiB'],
    [150 * MiB, '150 MiB'],
    [12 * GiB, '12.0 GiB'],
    [2048 * GiB, '2.0 TiB']
  ])('writes %d as %s', (value, text) => {
    expect(formatBytes(value)).toBe(text)
  })
})

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['10m', 600_000],
    ['1.5h', 5_400_000],
    ['1D', 86_400_000]
  ])('reads %j', (text, value) => {
    expect(parseDuration(text)).toBe(value)
  })

  it.each(['', '10', 'soon', '-1s', '5w', '99999999999999999999d'])('refuses %j', (text) => {
    refused(() => parseDuration(text))
  })

  it('throws errors that callers can tell apart', () => {
    try {
      parseDuration('soon')
    } catch (error) {
      expect(isBaseError(error, 'CONFIG_INVALID')).toBe(true)
      expect(isBaseError(error, 'INTERNAL')).toBe(false)
    }
  })
})
