import { keccak256 } from 'viem'
import type { Fees } from './fees.ts'
import type { Attempt, Intent } from './journal.ts'
import type { SenderContext } from './sender-context.ts'
import { countTransactions } from './transaction-reads.ts'

type Terms = Pick<Intent, 'to' | 'data' | 'value' | 'nonce' | 'gas'>

/** Sign a transaction (EIP-1559, type 2). Only under the journal's lock, and put it there before anything is sent. */
export async function signAttempt({ account, connection }: SenderContext, terms: Terms, fees: Fees): Promise<Attempt> {
  const { maxFeePerGas, maxPriorityFeePerGas } = fees
  const { to, data, value, nonce, gas } = terms
  const raw = await account.signTransaction({
    type: 'eip1559',
    chainId: connection.chainId,
    to,
    data,
    value,
    nonce,
    gas,
    maxFeePerGas,
    maxPriorityFeePerGas
  })
  return { hash: keccak256(raw), raw, maxFeePerGas, maxPriorityFeePerGas }
}

/**
 * The next free number of the account: from what the chain counts, its pool included, the first that the journal does
 * not hold, so that a number which was given up leaves no gap. Nothing else is kept: nothing can get out of step.
 */
export async function nextNonce({ connection, journal, address }: SenderContext, signal: AbortSignal): Promise<number> {
  let nonce = await countTransactions(connection, address, 'pending', signal)
  const taken = new Set((await journal.read()).filter((intent) => !intent.finished).map((intent) => intent.nonce))
  while (taken.has(nonce)) nonce += 1
  return nonce
}
