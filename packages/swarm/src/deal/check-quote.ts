import type { MicroUsdc } from '@unhosted/core/units'
import type { Address, Hash, Quote, Seconds } from './objects.ts'
import { pricesAbove, type TokenKind, type TokenPrices } from './pricing.ts'
import { refusal } from './refusal.ts'
import type { Signed } from './schema.ts'
import { isSignedByOneOf } from './signatures.ts'
import { type Deployment, structHash } from './typed-data.ts'
import { formatPricePerMillion, formatUsdc } from './usdc-text.ts'

/** What a requester knows and wants when a quote comes. */
export interface QuoteTerms {
  readonly deployment: Deployment
  readonly now: Seconds
  /** Who was asked. */
  readonly provider: Address
  /** Job keys that the chain binds to the provider. */
  readonly jobKeys: readonly Address[]
  /** SHA-256 of the PeerId on the other end. */
  readonly peerIdHash: Hash
  readonly modelId: Hash
  /** The most that is paid for each kind of token. */
  readonly ceiling: TokenPrices
  /** Panels that the requester trusts to judge. */
  readonly arbiterSets: readonly Hash[]
  /** Prompt and answer together. */
  readonly leastCtx: number
  /** What may be generated on credit before a receipt says so. */
  readonly mostChunkTokens: number
  readonly leastAtRisk: MicroUsdc
}

/**
 * Whether a quote can be ordered by. Whose word it is comes first: what is refused after QUOTE_SIGNATURE may be held
 * against the provider.
 * @returns its struct hash
 * @throws BaseError QUOTE_PROVIDER_MISMATCH, QUOTE_SIGNATURE, QUOTE_PEER_MISMATCH, QUOTE_MODEL_MISMATCH,
 * QUOTE_EXPIRED, QUOTE_ABOVE_CEILING, QUOTE_PANEL_UNKNOWN, QUOTE_CONTEXT_SMALL, QUOTE_CHUNK_SIZE, QUOTE_AT_RISK_LOW
 */
export function checkQuote(signed: Signed<'Quote'>, terms: QuoteTerms): Hash {
  const quote = signed.object
  if (quote.provider !== terms.provider) {
    throw refusal('QUOTE_PROVIDER_MISMATCH', `The quote is of ${quote.provider}; ${terms.provider} was asked.`)
  }
  if (!isSignedByOneOf('Quote', signed, terms.deployment, terms.jobKeys)) {
    throw refusal('QUOTE_SIGNATURE', `The quote is not signed by a job key of ${quote.provider}.`)
  }
  if (quote.peerIdHash !== terms.peerIdHash) {
    throw refusal('QUOTE_PEER_MISMATCH', 'The quote is for another peer than the one that sent it.')
  }
  if (quote.modelId !== terms.modelId) {
    throw refusal('QUOTE_MODEL_MISMATCH', 'The quote is for another model than the one that was asked for.')
  }
  if (quote.validUntil <= terms.now) {
    throw refusal('QUOTE_EXPIRED', `The quote was valid until ${quote.validUntil}; it is ${terms.now}.`)
  }
  checkOffer(quote, terms)
  return structHash('Quote', quote)
}

const names: Readonly<Record<TokenKind, string>> = { inPico: 'input', outPico: 'output', cachedPico: 'cached' }

function checkOffer(quote: Quote, { ceiling, ...terms }: QuoteTerms): void {
  const [above] = pricesAbove(quote, ceiling)
  if (above !== undefined) {
    throw refusal(
      'QUOTE_ABOVE_CEILING',
      `${formatPricePerMillion(quote[above])} for ${names[above]} tokens is above your ceiling of ${formatPricePerMillion(ceiling[above])}.`,
      { above: pricesAbove(quote, ceiling) }
    )
  }
  if (!terms.arbiterSets.includes(quote.arbiterSet)) {
    throw refusal('QUOTE_PANEL_UNKNOWN', 'The quote names judges that you have not chosen.')
  }
  if (quote.maxCtx < terms.leastCtx) {
    throw refusal(
      'QUOTE_CONTEXT_SMALL',
      `The quote is for ${quote.maxCtx} tokens of context; ${terms.leastCtx} are needed.`
    )
  }
  if (quote.chunkTokens === 0 || quote.chunkTokens > terms.mostChunkTokens) {
    throw refusal(
      'QUOTE_CHUNK_SIZE',
      `The quote gives a receipt for every ${quote.chunkTokens} tokens; 1 to ${terms.mostChunkTokens} are taken.`
    )
  }
  if (quote.atRisk < terms.leastAtRisk) {
    throw refusal(
      'QUOTE_AT_RISK_LOW',
      `A guilty verdict would cost the provider ${formatUsdc(quote.atRisk)}; you ask for ${formatUsdc(terms.leastAtRisk)} at least.`
    )
  }
}
