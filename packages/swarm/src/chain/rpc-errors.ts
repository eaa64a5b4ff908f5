import { BaseError, cancelled as cancelledBecause } from '../errors/index.ts'

/** The endpoint answered a call with an error of its own. Its words are scrubbed of the address. */
export class RpcAnswerError extends Error {
  override readonly name = 'RpcAnswerError'
  readonly code: number
  /** Revert data, where the node gave any. */
  readonly data: unknown

  constructor(code: number, message: string, data: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}

export function unreachable(shown: string, why: string, cause?: unknown): BaseError {
  return new BaseError('CHAIN_UNREACHABLE', `The chain's endpoint ${shown} does not answer: ${why}.`, {
    advice: 'Check --rpc and the network, then try again. Nothing is lost: what was signed is on disk.',
    details: { endpoint: shown },
    ...(cause === undefined ? {} : { cause })
  })
}

/** @param passing whether the same call may be answered a little later */
export function refused(shown: string, why: string, passing = false): BaseError {
  return new BaseError('CHAIN_RPC_REFUSED', `The chain's endpoint ${shown} refused the call: ${why}.`, {
    advice: 'Check the address and key given with --rpc and the limits of its provider, or use another endpoint.',
    details: { endpoint: shown, passing }
  })
}

/** Whether to try again later is worth it: the endpoint is down, or has had enough of us for now. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false
  return error.code === 'CHAIN_UNREACHABLE' || (error.code === 'CHAIN_RPC_REFUSED' && error.details.passing === true)
}

/** -32005 is "limit exceeded" (EIP-1474), -32007 and 429 the same at large providers. */
export const isPassingCode = (code: number): boolean => code === -32005 || code === -32007 || code === 429

/** What an aborted call ends with. */
export function cancelled(signal: AbortSignal): BaseError {
  const reason: unknown = signal.reason
  if (reason instanceof BaseError) return reason
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return unreachable('of this chain', 'it took longer than it was given')
  }
  return cancelledBecause(
    reason,
    'The work on the chain was cancelled. A transaction that was already signed is found again, not sent twice.'
  )
}

const errnoWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'timed out',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no network',
  EPIPE: 'connection closed',
  UND_ERR_SOCKET: 'connection closed'
}

/** Why a fetch failed, in words, by the first errno in its chain of causes. */
export function networkWords(error: unknown): string {
  for (let current = error; current instanceof Error; current = current.cause) {
    const { code } = current as NodeJS.ErrnoException
    if (code !== undefined) return errnoWords[code] ?? code
  }
  return 'the connection failed'
}
