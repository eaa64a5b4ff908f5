import { type MicroUsdc, type PicoUsdc, picoUsdc, toMicroRoundedDown, toMicroRoundedUp } from '@unhosted/core/units'
import { BaseError } from '../errors/index.ts'

// Prices are pico-USDC a token, so charges are exact: nothing is rounded until a voucher is signed (down) or money is
// set aside (up). Every result fits the uint128 that contracts hold it in, or is an error; nothing wraps.

/** What a token costs. A quote is one. */
export interface TokenPrices {
  /** Pico-USDC for a prompt token that is evaluated. */
  readonly inPico: PicoUsdc
  /** Pico-USDC for a token that is generated. */
  readonly outPico: PicoUsdc
  /** Pico-USDC for a prompt token that was in the cache. */
  readonly cachedPico: PicoUsdc
}

/** What was done. A receipt is one. */
export interface TokenCounts {
  readonly inTokens: number
  readonly cachedTokens: number
  readonly outTokens: number
}

/** What may be done at most. */
export interface TokenLimits {
  /** Tokens of the prompt, cached or not; null when they have not been counted, and then it fills the context. */
  readonly promptTokens: number | null
  readonly maxOut: number
}

/** What the requester signed for. A job is one. */
export interface ChargeLimit {
  readonly maxCharge: PicoUsdc
}

export const tokenKinds = ['inPico', 'outPico', 'cachedPico'] as const
export type TokenKind = (typeof tokenKinds)[number]

const uint128Max = 2n ** 128n - 1n

/**
 * What `counts` cost at `prices`, exactly: inTokens * inPico + cachedTokens * cachedPico + outTokens * outPico.
 * @throws BaseError PRICE_OVERFLOW
 */
export function charge(prices: TokenPrices, counts: TokenCounts): PicoUsdc {
  const { inPico, outPico, cachedPico } = prices
  return bounded(
    tokens(counts.inTokens) * inPico + tokens(counts.cachedTokens) * cachedPico + tokens(counts.outTokens) * outPico
  )
}

/**
 * The most that a job may cost: the whole prompt at the dearer of the evaluated and the cached price, and all of
 * `maxOut`. With a prompt that is not counted, the whole context.
 * @throws BaseError PRICE_OVERFLOW
 */
export function worstCharge(quote: TokenPrices & { readonly maxCtx: number }, limits: TokenLimits): PicoUsdc {
  let promptPico = quote.inPico
  if (quote.cachedPico > promptPico) promptPico = quote.cachedPico
  return bounded(tokens(limits.promptTokens ?? quote.maxCtx) * promptPico + tokens(limits.maxOut) * quote.outPico)
}

/** What to set aside for a job that may cost `maxCharge`: rounded up to micro-USDC. */
export const reservationRoundedUp = (maxCharge: PicoUsdc): MicroUsdc => toMicroRoundedUp(bounded(maxCharge))

/**
 * All charges of a lane together, exactly: the last receipt of each of its jobs.
 * @throws BaseError PRICE_OVERFLOW
 */
export function laneTotal(charges: Iterable<PicoUsdc>): PicoUsdc {
  let total = 0n
  for (const amount of charges) total = bounded(total + bounded(amount))
  return picoUsdc(total)
}

/** What a voucher for a lane asks in all: rounded down to micro-USDC, the only rounding of a payment. */
export const owedRoundedDown = (total: PicoUsdc): MicroUsdc => toMicroRoundedDown(bounded(total))

/** Which prices are above what the user pays at most; none when the quote can be taken. */
export function pricesAbove(prices: TokenPrices, ceiling: TokenPrices): readonly TokenKind[] {
  return tokenKinds.filter((kind) => prices[kind] > ceiling[kind])
}

/** The most that a receipt may charge, as StakeMath.allowedPico: what its tokens cost, and never above the job's limit. */
export function allowedCharge(prices: TokenPrices, job: ChargeLimit, counts: TokenCounts): PicoUsdc {
  const priced = charge(prices, counts)
  if (priced > job.maxCharge) return job.maxCharge
  return priced
}

/** Whether a receipt's charge is proof of fraud on its own, as ProviderStake.slashOvercharge judges it. */
export function isOvercharge(
  prices: TokenPrices,
  job: ChargeLimit,
  receipt: TokenCounts & { readonly chargedPico: PicoUsdc }
): boolean {
  return receipt.chargedPico > allowedCharge(prices, job, receipt)
}

function tokens(count: number): bigint {
  if (Number.isSafeInteger(count) && count >= 0) return BigInt(count)
  throw new BaseError('PRICE_OVERFLOW', `${count} is not a number of tokens.`, {
    advice: 'Nothing was signed or paid. Report what was being paid for.'
  })
}

function bounded(amount: bigint): PicoUsdc {
  if (amount >= 0n && amount <= uint128Max) return picoUsdc(amount)
  throw new BaseError('PRICE_OVERFLOW', 'An amount is beyond what contracts can hold.', {
    advice: 'Nothing was signed or paid. Refuse the prices or the token counts.'
  })
}
