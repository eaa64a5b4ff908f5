import type { LocalAccount } from 'viem'
import type { AccountSender } from '../chain/index.ts'
import { BaseError } from '../errors/index.ts'

/** Says what becomes of a signature. */
export interface CandidSenderOptions {
  readonly account: LocalAccount
  readonly createSender: (account: LocalAccount) => AccountSender
  readonly note: (text: string) => void
}

/**
 * A sender that is candid about Ctrl-C: it takes nothing back that is signed, so after a signature it must not read as
 * if the payment were cancelled.
 */
export function createCandidSender({ account, createSender, note }: CandidSenderOptions): AccountSender {
  let signed = false
  const watched: LocalAccount = {
    ...account,
    signTransaction: async (transaction, options) => {
      const raw = await (options === undefined
        ? account.signTransaction(transaction)
        : account.signTransaction(transaction, options))
      signed = true
      note('Waiting for the chain. Ctrl-C does not cancel the transaction.')
      return raw
    }
  }
  const sender = createSender(watched)
  return {
    ...sender,
    async send(request, signal) {
      signed = false
      try {
        return await sender.send(request, signal)
      } catch (cause) {
        if (!signal.aborted || !signed) throw cause
        throw new BaseError(
          'TX_PENDING',
          'The transaction is signed and may still be executed: Ctrl-C did not cancel it.',
          {
            advice: 'Run the same command again: it completes this transaction and signs nothing new.',
            cause
          }
        )
      }
    }
  }
}
