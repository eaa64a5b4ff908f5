import { type MicroUsdc, microUsdc, type PicoUsdc, picoUsdc } from '@unhosted/core/units'
import { BaseError } from '../errors/index.ts'

// Amounts as people write them, without a float on the way: what has more decimals than the unit is refused, not
// rounded.

/** USDC has 6 decimals. A pico-USDC a token is a micro-USDC for a million tokens, so prices have 6 as well. */
const decimals = 6
const picoDecimals = 12

/**
 * Parse an amount of USDC: `0.40`, `$0.40`, `0.40 USDC`.
 * @throws BaseError AMOUNT_INVALID with a sign, an exponent, separators, more than 6 decimals, or beyond a uint128
 */
export function parseUsdc(text: string): MicroUsdc {
  const match = /^\s*\$?(\d{1,33})(?:\.(\d{1,6}))?(?:\s*USDC)?\s*$/i.exec(text)
  const value = match === null ? null : scaled(match[1], match[2])
  if (value === null || value >= 2n ** 128n) {
    throw new BaseError('AMOUNT_INVALID', `${quoted(text)} is not an amount of USDC.`, {
      advice: 'Write it like 0.40 or $0.40, with at most 6 decimals.'
    })
  }
  return microUsdc(value)
}

/**
 * Parse a price for a million tokens: `0.40`, `$0.40`, `$0.40/M`.
 * @returns pico-USDC for one token
 * @throws BaseError AMOUNT_INVALID, as `parseUsdc`, and beyond a uint64
 */
export function parsePricePerMillion(text: string): PicoUsdc {
  const match = /^\s*\$?(\d{1,14})(?:\.(\d{1,6}))?(?:\s*\/\s*M)?\s*$/i.exec(text)
  const value = match === null ? null : scaled(match[1], match[2])
  if (value === null || value >= 2n ** 64n) {
    throw new BaseError('AMOUNT_INVALID', `${quoted(text)} is not a price for a million tokens.`, {
      advice: 'Write it like 0.40 or $0.40/M, with at most 6 decimals.'
    })
  }
  return picoUsdc(value)
}

/** `$0.40`, `$0.000001`: exact, with two decimals or as many as it takes. */
export const formatUsdc = (amount: MicroUsdc): string => decimalText(amount, decimals)

/** `$0.00032`: exact, for charges, which are finer than what moves on a chain. */
export const formatCharge = (amount: PicoUsdc): string => decimalText(amount, picoDecimals)

/** `$0.40/M`: exact, for a price in pico-USDC a token. */
export const formatPricePerMillion = (price: PicoUsdc): string => `${decimalText(price, decimals)}/M`

const scaled = (whole = '', fraction = ''): bigint => BigInt(whole + fraction.padEnd(decimals, '0'))

function decimalText(amount: bigint, places: number): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(places + 1, '0')
  const fraction = digits.slice(-places).replace(/0+$/, '').padEnd(2, '0')
  return `${amount < 0n ? '-' : ''}$${digits.slice(0, -places)}.${fraction}`
}

/** As it was written, shortened: it may come from anywhere. */
const quoted = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text)
