import { AbiDecodingZeroDataError, ContractFunctionZeroDataError, BaseError as ViemError } from 'viem'
import { BaseError, isBaseError } from '../errors/index.ts'
import { decodeRevert, type Revert } from './contract-errors.ts'
import { isPassingCode, RpcAnswerError, refused } from './rpc-errors.ts'

/**
 * Any failure of a call as the one error type that leaves this folder. Nothing of viem's own errors is kept: they
 * carry the endpoint's address, with its key, in message, details and request body.
 * @param what the call in words: 'open a lane'
 */
export function chainError(error: unknown, shown: string, what: string): unknown {
  const known =
    firstOf(error, (each) => isBaseError(each) && endpointCodes.has(each.code)) ??
    firstOf(error, (each) => each instanceof BaseError || each instanceof RpcAnswerError)
  if (known instanceof BaseError) return known
  if (known instanceof RpcAnswerError) return answerError(known, shown, what)
  if (
    firstOf(error, (each) => each instanceof ContractFunctionZeroDataError || each instanceof AbiDecodingZeroDataError)
  )
    return wrongContract(`there is none that can ${what}`)
  if (error instanceof ViemError) return wrongContract(`what it answers to "${what}" does not decode`)
  return error
}

/** Where the endpoint failed, what others made of it on the way up is not the point. */
const endpointCodes: ReadonlySet<string> = new Set(['CHAIN_UNREACHABLE', 'CHAIN_RPC_REFUSED', 'CANCELLED'])

export function wrongContract(why: string): BaseError {
  return new BaseError('CHAIN_WRONG_CONTRACT', `The contracts are not where this chain should have them: ${why}.`, {
    advice: 'Check --chain and the contract addresses. Sign nothing for an address that you do not know.'
  })
}

/** @param hash of the transaction, where it was sent */
export function reverted(what: string, revert: Revert | null, hash?: string): BaseError {
  const why = revert === null ? 'it gave no reason' : revert.words
  return new BaseError('TX_REVERTED', `The contract refused to ${what}: ${why}.`, {
    advice: 'Nothing was moved. Correct what is named, or look at the balances with unhosted swarm lanes.',
    details: {
      ...(revert === null ? {} : { error: revert.name, args: revert.args }),
      ...(hash === undefined ? {} : { hash })
    }
  })
}

function answerError(error: RpcAnswerError, shown: string, what: string): BaseError {
  const revert = decodeRevert(revertData(error.data))
  if (revert !== null) return reverted(what, revert)
  if (error.code === 3 || /revert/i.test(error.message)) return reverted(what, sentenceOf(error.message))
  return refused(shown, `${error.message.slice(0, 300)} (code ${error.code})`, isPassingCode(error.code))
}

/** Nodes differ: the data itself, or an object that holds it. */
function revertData(data: unknown): unknown {
  return typeof data === 'object' && data !== null && 'data' in data ? data.data : data
}

function sentenceOf(message: string): Revert | null {
  const reason = /revert(?:ed)?:?\s+(.{1,200})/i.exec(message)?.[1]
  return reason === undefined ? null : { name: 'Error', args: { message: reason }, words: reason }
}

/** The first error in a chain of causes that `matches`. */
export function firstOf(error: unknown, matches: (error: unknown) => boolean): unknown {
  const seen = new Set<unknown>()
  for (let current = error; current instanceof Error && !seen.has(current); current = current.cause) {
    if (matches(current)) return current
    seen.add(current)
  }
  return undefined
}
