import { broadcast } from './broadcast.ts'
import { readFeeMarket, replacementFees } from './fees.ts'
import type { Intent } from './journal.ts'
import type { SenderContext } from './sender-context.ts'
import { underpriced } from './sender-errors.ts'
import { signAttempt } from './signing.ts'

/** 1.125^16 is 6.6 times the first offer. */
const maxReplacements = 16

/**
 * Offer more for a transaction that is not mined: the same number, so that only one of them ever is. Where the cap does
 * not allow more and the offer is good for the present base fee, do nothing: it may just be slow.
 * @throws BaseError TX_UNDERPRICED where the cap does not allow more and the offer is below the base fee
 */
export async function replaceTransaction(context: SenderContext, seen: Intent, signal: AbortSignal): Promise<void> {
  const { connection, journal, policy, log } = context
  const market = await readFeeMarket(connection, signal)
  await journal.alone(signal, async () => {
    const intent = (await journal.read()).find(({ operation }) => operation === seen.operation)
    const last = intent?.attempts.at(-1)
    if (intent === undefined || last === undefined) return
    // Another follower was faster.
    if (intent.attempts.length > seen.attempts.length) return
    const fees = replacementFees(last, market, policy.maxFeePerGas)
    if (fees === null || intent.attempts.length > maxReplacements) {
      if (last.maxFeePerGas < market.baseFeePerGas) throw underpriced(intent, market, policy.maxFeePerGas)
      return
    }
    await connection.checkChainId(signal)
    const attempt = await signAttempt(context, intent, fees)
    await journal.put({ ...intent, attempts: [...intent.attempts, attempt] })
    const answer = await broadcast(connection, attempt.raw, intent.what, signal)
    log.info({ operation: intent.operation, hash: attempt.hash, answer }, 'replaced a transaction that was stuck')
  })
}
