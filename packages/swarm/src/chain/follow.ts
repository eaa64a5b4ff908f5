import { numberToHex, type TransactionReceipt } from 'viem'
import { type BaseError, isBaseError } from '../errors/index.ts'
import { broadcast } from './broadcast.ts'
import { reverted } from './chain-error.ts'
import type { Intent } from './journal.ts'
import { pause } from './json-rpc.ts'
import { simulate } from './prepare.ts'
import { replaceTransaction } from './replace.ts'
import { isPassing } from './rpc-errors.ts'
import type { SenderContext } from './sender-context.ts'
import { nonceStuck, nonceTaken, pending } from './sender-errors.ts'
import { countTransactions, findMined, isKnown, type Mined } from './transaction-reads.ts'

/** What a follower remembers between two looks. Times are of `performance.now`. */
interface Watch {
  readonly startedAt: number
  /** When the transaction, or its replacement, was last sent, or the ones before it moved. */
  movedAt: number
  /** How many transactions of the account were mined at the last look. */
  mined: number
  /** Since when its number is used up and no receipt is to be found, and at how many looks in a row. */
  missing: { readonly since: number; readonly looks: number } | null
}

/**
 * A node may count a block before it serves its receipts, and behind one address may stand several that do not keep
 * step. Who takes that for a number that was taken pays twice: so it takes this many looks, over `stuckAfterMs` at least.
 */
const missingLooks = 3

/**
 * Wait for a transaction that is in the journal, until one of its attempts is mined and confirmed. Sends it again where
 * the chain has lost it, and replaces it where it is stuck. An endpoint that is down is waited for.
 * @throws BaseError see `AccountSender.send`
 */
export async function followTransaction(
  context: SenderContext,
  first: Intent,
  signal: AbortSignal
): Promise<TransactionReceipt> {
  const { policy, log } = context
  const now = performance.now()
  const watch: Watch = { startedAt: now, movedAt: now, mined: -1, missing: null }
  let intent = first
  for (;;) {
    const waitedMs = performance.now() - watch.startedAt
    try {
      intent = await reread(context, intent)
      const mined = await findMined(
        context.connection,
        intent.attempts.map(({ hash }) => hash),
        signal
      )
      if (mined !== null && mined.confirmations >= policy.confirmations)
        return await settle(context, intent, mined, signal)
      if (mined === null) await nudge(context, intent, watch, signal)
    } catch (error) {
      if (!isPassing(error) || waitedMs > policy.patienceMs) throw error
      log.warn({ operation: intent.operation, error: String(error) }, 'waiting for the chain to answer again')
    }
    if (waitedMs > policy.patienceMs) throw pending(intent, waitedMs)
    await pause(policy.pollMs, signal)
  }
}

/** Another follower, or another process, may have replaced it meanwhile. */
async function reread({ journal }: SenderContext, intent: Intent): Promise<Intent> {
  return (await journal.read()).find(({ operation }) => operation === intent.operation) ?? intent
}

async function settle(
  context: SenderContext,
  intent: Intent,
  { receipt }: Mined,
  signal: AbortSignal
): Promise<TransactionReceipt> {
  const { journal } = context
  if (!intent.finished) await journal.alone(signal, () => journal.put({ ...intent, finished: true }))
  if (receipt.status === 'success') return receipt
  throw await whyReverted(context, intent, receipt, signal)
}

/** The reason is not in the receipt: run it again on the state that its block left, where what stopped it mostly still is. */
async function whyReverted(
  { connection, address }: SenderContext,
  intent: Intent,
  receipt: TransactionReceipt,
  signal: AbortSignal
): Promise<BaseError> {
  const words = (text: string) =>
    reverted(intent.what, { name: 'unknown', args: {}, words: text }, receipt.transactionHash)
  if (receipt.gasUsed >= intent.gas) return words('it ran out of gas')
  try {
    const call = { from: address, to: intent.to, data: intent.data, value: numberToHex(intent.value) }
    await simulate(connection, call, intent.what, numberToHex(receipt.blockNumber), signal)
    return words('the state of the chain had changed between sending and mining')
  } catch (error) {
    if (isBaseError(error, 'TX_REVERTED')) return error
    throw error
  }
}

/** It is not mined. Whose turn is it? */
async function nudge(context: SenderContext, intent: Intent, watch: Watch, signal: AbortSignal): Promise<void> {
  const { connection, address, policy, journal } = context
  const mined = await countTransactions(connection, address, 'latest', signal)
  if (mined !== watch.mined) watch.movedAt = performance.now()
  watch.mined = mined
  const hashes = intent.attempts.map(({ hash }) => hash)
  if (mined > intent.nonce) {
    if (!isTaken(watch, policy.stuckAfterMs) || (await isKnown(connection, hashes, signal))) return
    // It was mined once: this node has forgotten its receipt, or a deep reorg made room for another.
    if (intent.finished) throw pending(intent, performance.now() - watch.startedAt)
    await journal.alone(signal, () => journal.drop(intent.operation))
    throw nonceTaken(intent, address)
  }
  watch.missing = null
  if (!(await isKnown(connection, hashes, signal))) {
    await sendAgain(context, intent, watch, signal)
    return
  }
  if (performance.now() - watch.movedAt < policy.stuckAfterMs) return
  if (mined === intent.nonce) await replaceAndNote(context, intent, watch, signal)
  else await checkAhead(context, intent, mined)
}

/** Its number is used up and it has no receipt, once more: for so long that another transaction must have the number? */
function isTaken(watch: Watch, stuckAfterMs: number): boolean {
  const now = performance.now()
  const { since, looks } = watch.missing ?? { since: now, looks: 0 }
  watch.missing = { since, looks: looks + 1 }
  return looks + 1 >= missingLooks && now - since >= stuckAfterMs
}

/** The node lost it, never had it, or refused it. */
async function sendAgain(context: SenderContext, intent: Intent, watch: Watch, signal: AbortSignal): Promise<void> {
  const raw = intent.attempts.at(-1)?.raw ?? '0x'
  if (raw === '0x') throw pending(intent, performance.now() - watch.startedAt)
  const answer = await broadcast(context.connection, raw, intent.what, signal)
  if (answer === 'underpriced') await replaceAndNote(context, intent, watch, signal)
}

async function replaceAndNote(
  context: SenderContext,
  intent: Intent,
  watch: Watch,
  signal: AbortSignal
): Promise<void> {
  await replaceTransaction(context, intent, signal)
  watch.movedAt = performance.now()
}

/** Those before it that are ours have followers of their own. */
async function checkAhead({ journal, address }: SenderContext, intent: Intent, mined: number): Promise<void> {
  const ours = (await journal.read()).some(({ nonce, finished }) => nonce === mined && !finished)
  if (!ours) throw nonceStuck(intent, address, mined)
}
