import { type Client, createClient, custom } from 'viem'
import { BaseError } from '../errors/index.ts'
import { chainError } from './chain-error.ts'
import { createJsonRpc, defaultRpcOptions } from './json-rpc.ts'
import { cancelled } from './rpc-errors.ts'

export interface ChainConnectionOptions {
  /** `http:` or `https:`; may hold a key, which is shown nowhere. */
  readonly rpcUrl: string
  /** The chain that the user means. */
  readonly chainId: number
  /** For one attempt at a call, in ms. Default 10,000. */
  readonly timeoutMs?: number
  /** How often a read that failed is tried again. Default 4. */
  readonly retries?: number
  /** Before the first retry, in ms; doubles each time. Default 250. */
  readonly retryDelayMs?: number
}

/** A chain behind one RPC endpoint. Holds no socket and no timer between calls. */
export interface ChainConnection {
  readonly chainId: number
  /** Scheme and host of the endpoint, without keys. */
  readonly shown: string
  /**
   * Run viem's actions over this endpoint.
   * @param what in words, for errors: 'open a lane'
   * @throws BaseError CHAIN_UNREACHABLE | CHAIN_RPC_REFUSED | CHAIN_WRONG_CONTRACT | TX_REVERTED | CANCELLED
   */
  call<T>(what: string, signal: AbortSignal, action: (client: Client) => Promise<T>): Promise<T>
  /**
   * Ask the endpoint which chain it serves: before anything is signed, each time, because it may be another node today.
   * @throws BaseError CHAIN_WRONG_ID | CHAIN_UNREACHABLE | CHAIN_RPC_REFUSED | CANCELLED
   */
  checkChainId(signal: AbortSignal): Promise<void>
}

export function createChainConnection(options: ChainConnectionOptions): ChainConnection {
  const { rpcUrl: url, chainId, ...tuning } = options
  const rpc = createJsonRpc({ ...defaultRpcOptions, ...tuning, url })

  const call: ChainConnection['call'] = async (what, signal, action) => {
    if (signal.aborted) throw cancelled(signal)
    const transport = custom(
      { request: ({ method, params }: { method: string; params?: unknown }) => rpc.request(method, params, signal) },
      { retryCount: 0 }
    )
    try {
      return await action(createClient({ transport, cacheTime: 0 }))
    } catch (error) {
      throw chainError(error, rpc.shown, what)
    }
  }

  return {
    chainId,
    shown: rpc.shown,
    call,
    async checkChainId(signal) {
      const answer = await call('tell its chain id', signal, (client) => client.request({ method: 'eth_chainId' }))
      const found = Number(answer)
      if (found === chainId) return
      throw new BaseError('CHAIN_WRONG_ID', `The endpoint ${rpc.shown} serves chain ${found}, not ${chainId}.`, {
        advice: 'Nothing was signed. Give the endpoint of the chain you mean with --rpc, or the chain with --chain.',
        details: { expected: chainId, found, endpoint: rpc.shown }
      })
    }
  }
}
