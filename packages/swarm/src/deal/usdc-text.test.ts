import { microUsdc, picoUsdc } from '@unhosted/core/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatCharge, formatPricePerMillion, formatUsdc, parsePricePerMillion, parseUsdc } from './usdc-text.ts'

describe('parseUsdc', () => {
  it.each([
    ['0', 0n],
    ['0.40', 400_000n],
    ['$0.40', 400_000n],
    ['0.4 USDC', 400_000n],
    [' 12usdc ', 12_000_000n],
    ['0.000001', 1n],
    ['007', 7_000_000n],
    ['340282366920938463463374607431768.211455', 2n ** 128n - 1n]
  ])('reads %j', (text, micro) => {
    expect(parseUsdc(text)).toBe(micro)
  })

  it.each([
    '',
    '$',
    '.5',
    '5.',
    '-1',
    '+1',
    '1e3',
    '1,000',
    '0x10',
    '0.0000001',
    '1 2',
    '$ 1',
    '1 EUR',
    '٧',
    'NaN',
    '0.40/M',
    '340282366920938463463374607431768.211456',
    '9'.repeat(100_000)
  ])('refuses %j', (text) => {
    expect(() => parseUsdc(text)).toThrow(
      expect.objectContaining({
        code: 'AMOUNT_INVALID',
        message: expect.stringMatching(/^.{1,100}$/),
        advice: expect.stringMatching(/0\.40/)
      })
    )
  })
})

describe('parsePricePerMillion', () => {
  it.each([
    ['0.40', 400_000n],
    ['$0.40/M', 400_000n],
    ['2 / m', 2_000_000n],
    ['0.000001', 1n],
    ['18446744073709.551615', 2n ** 64n - 1n]
  ])('reads %j as pico-USDC a token', (text, pico) => {
    expect(parsePricePerMillion(text)).toBe(pico)
  })

  it.each(['', '/M', '0.40/K', '0.40/1M', '-0.40', '0.0000001', '18446744073709.551616', '0.40 USDC'])(
    'refuses %j',
    (text) => {
      expect(() => parsePricePerMillion(text)).toThrow(
        expect.objectContaining({ code: 'AMOUNT_INVALID', advice: expect.stringMatching(/\$0\.40\/M/) })
      )
    }
  )
})

describe('formatting', () => {
  it.each([
    [formatUsdc(microUsdc(0n)), '$0.00'],
    [formatUsdc(microUsdc(400_000n)), '$0.40'],
    [formatUsdc(microUsdc(1n)), '$0.000001'],
    [formatUsdc(microUsdc(1_234_567_890n)), '$1234.56789'],
    [formatUsdc(microUsdc(-1_500_000n)), '-$1.50'],
    [formatCharge(picoUsdc(320_000_000n)), '$0.00032'],
    [formatCharge(picoUsdc(1n)), '$0.000000000001'],
    [formatPricePerMillion(picoUsdc(400_000n)), '$0.40/M']
  ])('%s', (text, expected) => {
    expect(text).toBe(expected)
  })

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        (micro, pico) => {
          expect(parseUsdc(formatUsdc(microUsdc(micro)))).toBe(micro)
          expect(parsePricePerMillion(formatPricePerMillion(picoUsdc(pico)))).toBe(pico)
        }
      )
    )
  })
})
