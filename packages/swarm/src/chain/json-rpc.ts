import { setTimeout as sleep } from 'node:timers/promises'
import type { BaseError } from '../errors/index.ts'
import { parseRpcAnswer } from './rpc-answers.ts'
import { cancelled, isPassingCode, networkWords, RpcAnswerError, refused, unreachable } from './rpc-errors.ts'
import { parseRpcUrl, type RpcUrl } from './rpc-url.ts'

export interface JsonRpcOptions {
  readonly url: string
  /** For one attempt, in ms. */
  readonly timeoutMs: number
  /** How often a read that failed is tried again. Writes never are: whoever sends knows how to find them again. */
  readonly retries: number
  /** Before the first retry, in ms; doubles each time, and each wait is shortened by up to a half by chance. */
  readonly retryDelayMs: number
}

export const defaultRpcOptions = { timeoutMs: 10_000, retries: 4, retryDelayMs: 250 } as const

export interface JsonRpc {
  /** Scheme and host of the endpoint. */
  readonly shown: string
  /**
   * @throws BaseError CHAIN_UNREACHABLE | CHAIN_RPC_REFUSED | CANCELLED
   * @throws RpcAnswerError where the endpoint answers with an error
   */
  request(method: string, params: unknown, signal: AbortSignal): Promise<unknown>
}

/** Answers are cut off here: a full range of logs stays far below. */
const maxAnswerBytes = 32 * 1024 * 1024

/** JSON-RPC 2.0 over HTTP: https://www.jsonrpc.org/specification */
export function createJsonRpc(options: JsonRpcOptions): JsonRpc {
  const url = parseRpcUrl(options.url)
  return {
    shown: url.shown,
    async request(method, params, signal) {
      const retries = isRead(method) ? options.retries : 0
      for (let attempt = 0; ; attempt += 1) {
        const outcome = await ask(url, method, params, options.timeoutMs, signal)
        if ('result' in outcome) return outcome.result
        if (!outcome.again || attempt >= retries) throw outcome.error
        const delayMs = options.retryDelayMs * 2 ** attempt * (0.5 + Math.random() / 2)
        await pause(delayMs, signal)
      }
    }
  }
}

/** @throws BaseError CANCELLED */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    if (signal.aborted) throw cancelled(signal)
    throw error
  }
}

const isRead = (method: string): boolean => method.startsWith('eth_') && !method.startsWith('eth_send')

type Outcome = { readonly result: unknown } | { readonly error: BaseError | RpcAnswerError; readonly again: boolean }

async function ask(
  url: RpcUrl,
  method: string,
  params: unknown,
  timeoutMs: number,
  signal: AbortSignal
): Promise<Outcome> {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url.href, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...url.headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: params ?? [] }),
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout])
    })
    return judge(url, method, response.status, await readBounded(response))
  } catch (error) {
    if (signal.aborted) throw cancelled(signal)
    const why = timeout.aborted ? `no answer within ${timeoutMs} ms` : networkWords(error)
    return { error: unreachable(url.shown, why), again: true }
  }
}

function judge(url: RpcUrl, method: string, status: number, body: string | null): Outcome {
  if (body === null) return { error: refused(url.shown, `an answer over ${maxAnswerBytes} bytes`), again: false }
  if (status === 429) return { error: refused(url.shown, 'too many requests (HTTP 429)', true), again: true }
  const answer = parseRpcAnswer(method, body)
  if (answer.kind === 'result' && status === 200) return { result: answer.result }
  if (answer.kind === 'error') {
    const error = new RpcAnswerError(answer.code, url.scrub(answer.message), answer.data)
    return { error, again: isPassingCode(answer.code) }
  }
  if (status >= 500) return { error: unreachable(url.shown, `HTTP ${status}`), again: true }
  if (status !== 200) return { error: refused(url.shown, `HTTP ${status}`), again: false }
  return { error: refused(url.shown, `its answer to ${method} is not that of a chain's endpoint`), again: false }
}

async function readBounded(response: Response): Promise<string | null> {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body) {
    length += chunk.byteLength
    if (length > maxAnswerBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
