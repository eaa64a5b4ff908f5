import { formatGwei } from 'viem'
import { BaseError } from '../errors/index.ts'
import type { FeeMarket } from './fees.ts'
import type { Intent } from './journal.ts'

const hashesOf = (intent: Intent) => ({ operation: intent.operation, hashes: intent.attempts.map(({ hash }) => hash) })

export function operationReused(intent: Intent): BaseError {
  return new BaseError('TX_OPERATION_REUSED', `The operation "${intent.operation}" was another transaction before.`, {
    advice: 'Use a new name for a new transaction.',
    details: hashesOf(intent)
  })
}

export function pending(intent: Intent, waitedMs: number): BaseError {
  const hash = intent.attempts.at(-1)?.hash
  return new BaseError(
    'TX_PENDING',
    `The transaction to ${intent.what} (${hash}) is not confirmed after ${Math.round(waitedMs / 1000)} s.`,
    { advice: 'Run it again later: it is found and awaited, not sent twice.', details: hashesOf(intent) }
  )
}

export function nonceTaken(intent: Intent, account: string): BaseError {
  return new BaseError(
    'TX_NONCE_TAKEN',
    `Another program used number ${intent.nonce} of ${account}: the endpoint shows no receipt of the transaction to ${intent.what} (${intent.attempts.at(-1)?.hash}).`,
    {
      advice:
        'See what the other one did. If there is no other one, look that hash up elsewhere: where it was mined, all is done. If not, run this again.',
      details: { ...hashesOf(intent), nonce: intent.nonce }
    }
  )
}

export function nonceStuck(intent: Intent, account: string, blockingNonce: number): BaseError {
  return new BaseError(
    'TX_NONCE_STUCK',
    `The transaction to ${intent.what} waits behind number ${blockingNonce} of ${account}, which another program sent or which is missing.`,
    {
      advice:
        'Wait for that one or replace it from the program that sent it, then run this again: it is found, not sent twice.',
      details: { ...hashesOf(intent), nonce: intent.nonce, blockingNonce }
    }
  )
}

export function underpriced(intent: Intent, market: FeeMarket, capPerGas: bigint): BaseError {
  const offered = intent.attempts.at(-1)?.maxFeePerGas ?? 0n
  return new BaseError(
    'TX_UNDERPRICED',
    `The transaction to ${intent.what} offers ${formatGwei(offered)} gwei for gas where ${formatGwei(market.baseFeePerGas)} is asked, and your cap of ${formatGwei(capPerGas)} gwei does not allow the 12.5 % more that replaces it.`,
    {
      advice: 'Raise the cap and run it again, or wait: it is mined when gas is cheaper.',
      details: {
        ...hashesOf(intent),
        offered: `${offered}`,
        baseFeePerGas: `${market.baseFeePerGas}`,
        capPerGas: `${capPerGas}`
      }
    }
  )
}
