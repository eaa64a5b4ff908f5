import { keccak256, type TransactionReceipt } from 'viem'
import type { Address, Hash, Hex } from '../deal/index.ts'
import { BaseError } from '../errors/index.ts'
import { broadcast } from './broadcast.ts'
import { lowerCase } from './deal-deployment.ts'
import { followTransaction } from './follow.ts'
import { type Intent, maxOperationLength, openJournal } from './journal.ts'
import { prepareTransaction, type TransactionRequest } from './prepare.ts'
import type { AccountSenderOptions, SenderContext, SendPolicy } from './sender-context.ts'
import { operationReused } from './sender-errors.ts'
import { nextNonce, signAttempt } from './signing.ts'
import { findMined } from './transaction-reads.ts'

export type { AccountSenderOptions, SendPolicy } from './sender-context.ts'

export const defaultSendPolicy: SendPolicy = {
  maxFeePerGas: 10_000_000_000n,
  gasMarginPercent: 20,
  stuckAfterMs: 60_000,
  pollMs: 1_000,
  confirmations: 1,
  patienceMs: 600_000
}

export interface SendRequest extends Omit<TransactionRequest, 'data'> {
  /** Or what makes it, and whatever must come before: called only where the operation is new. */
  readonly data: Hex | ((signal: AbortSignal) => Promise<Hex>)
  /**
   * Names this act, in 1 to 150 characters: sent again under the same name, after a crash or not, the first transaction
   * is found and awaited, as long as it is among the last 288. One that was mined and reverted may be sent again.
   */
  readonly operation: string
}

export interface Resumed {
  readonly operation: string
  readonly what: string
  readonly outcome: { readonly receipt: TransactionReceipt } | { readonly error: unknown }
}

/** Sends the transactions of one account on one chain, in order, each at most once. */
export interface AccountSender {
  readonly address: Address
  /**
   * Simulate, price, write down, send, and wait until it is mined and confirmed.
   * @throws BaseError TX_REVERTED | TX_FEE_ABOVE_CAP | GAS_INSUFFICIENT before anything is signed
   * @throws BaseError TX_REVERTED | TX_UNDERPRICED | TX_NONCE_STUCK | TX_NONCE_TAKEN | TX_PENDING | CHAIN_UNREACHABLE after
   * @throws BaseError TX_OPERATION_REUSED | CHAIN_WRONG_ID | CANCELLED
   */
  send(request: SendRequest, signal: AbortSignal): Promise<TransactionReceipt>
  /** Find everything that was signed and not seen confirmed, send what the chain does not know again, and wait for it. */
  resume(signal: AbortSignal): Promise<readonly Resumed[]>
}

/** The part under the lock talks to the chain a few times; longer than this and others could think that we died. */
const lockedMs = 40_000

export function createAccountSender(options: AccountSenderOptions): AccountSender {
  const address = lowerCase(options.account.address)
  const journal = openJournal(options.folder, options.connection.chainId, address)
  const context: SenderContext = { ...options, journal, address }
  return {
    address,
    async send(request, signal) {
      checkName(request.operation)
      const intent = (await findAgain(context, request, signal)) ?? (await begin(context, request, signal))
      return followTransaction(context, intent, signal)
    },
    async resume(signal) {
      const open = (await journal.read()).filter((intent) => !intent.finished)
      const inOrder = open.toSorted((a, b) => a.nonce - b.nonce)
      return Promise.all(
        inOrder.map(async (intent) => {
          const { operation, what } = intent
          const outcome = await followTransaction(context, intent, signal).then(
            (receipt) => ({ receipt }),
            (error: unknown) => ({ error })
          )
          return { operation, what, outcome }
        })
      )
    }
  }
}

function checkName(operation: string): void {
  if (operation.length >= 1 && operation.length <= maxOperationLength) return
  throw new BaseError('USAGE', `The name of an operation has ${operation.length} characters.`, {
    advice: `Give it a name of 1 to ${maxOperationLength} characters.`
  })
}

/** The transaction that this operation was before, or null: also where that one was mined and reverted. */
async function findAgain(context: SenderContext, request: SendRequest, signal: AbortSignal): Promise<Intent | null> {
  const found = (await context.journal.read()).find(({ operation }) => operation === request.operation)
  if (found === undefined) return null
  const same = found.to === lowerCase(request.to) && found.what === request.what && found.value === request.value
  if (!same || (typeof request.data === 'string' && found.dataHash !== keccak256(request.data)))
    throw operationReused(found)
  if (!found.finished) return found
  const mined = await findMined(context.connection, hashesOf(found), signal)
  return mined?.receipt.status === 'reverted' ? null : found
}

const hashesOf = (intent: Intent): readonly Hash[] => intent.attempts.map(({ hash }) => hash)

/** From the request to a transaction that is in the journal and, unless the endpoint failed just then, sent. */
async function begin(context: SenderContext, request: SendRequest, signal: AbortSignal): Promise<Intent> {
  const { connection, journal, address, policy } = context
  const { operation, what, to, value } = request
  const data = typeof request.data === 'string' ? request.data : await request.data(signal)
  const prepared = await prepareTransaction(connection, address, { what, to, value, data }, policy, signal)
  return journal.alone(signal, async () => {
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(lockedMs)])
    const raced = await findAgain(context, request, inTime)
    if (raced !== null) return raced
    await connection.checkChainId(inTime)
    const nonce = await nextNonce(context, inTime)
    const called = { to: lowerCase(to), data, dataHash: keccak256(data), value }
    const terms = { operation, what, ...called, nonce, gas: prepared.gas }
    const intent: Intent = { ...terms, attempts: [await signAttempt(context, terms, prepared)], finished: false }
    await journal.put(intent)
    await firstBroadcast(context, intent, inTime)
    return intent
  })
}

/** Trouble here is no failure: the intent is on disk, and whoever follows it sends it again or learns why not. */
async function firstBroadcast({ connection, log }: SenderContext, intent: Intent, signal: AbortSignal): Promise<void> {
  const raw = intent.attempts[0]?.raw ?? '0x'
  try {
    const answer = await broadcast(connection, raw, intent.what, signal)
    if (answer !== 'sent') log.info({ operation: intent.operation, answer }, 'the node did not take a transaction')
  } catch (error) {
    log.warn({ operation: intent.operation, error: String(error) }, 'whether a transaction was sent is not known yet')
  }
}
