import type { Client, Hex } from 'viem'
import { firstOf } from './chain-error.ts'
import type { ChainConnection } from './connection.ts'
import { RpcAnswerError } from './rpc-errors.ts'

/** What a node said to a signed transaction. `sent` also where it had it already. */
export type Broadcast = 'sent' | 'nonce-used' | 'underpriced' | 'unaffordable'

/** No standard names these (EIP-1474 has codes nobody keeps to): the words of geth, reth, nethermind, erigon, anvil. */
const said: readonly (readonly [RegExp, Broadcast])[] = [
  [/already known|already imported|known transaction|alreadyknown/i, 'sent'],
  [/nonce.{0,20}too low|old ?nonce|nonce.{0,30}(already|used)/i, 'nonce-used'],
  [/underpriced|fee ?too ?low|max ?fee per gas less than block base fee|below.{0,20}(base|min)/i, 'underpriced'],
  [/insufficient (funds|balance)|insufficientfunds/i, 'unaffordable']
]

/**
 * Hand a signed transaction to the chain, once. Where the endpoint fails, whether it took it is not known.
 * @throws BaseError as `ChainConnection.call`
 */
export function broadcast(
  connection: ChainConnection,
  raw: Hex,
  what: string,
  signal: AbortSignal
): Promise<Broadcast> {
  return connection.call(what, signal, async (client: Client) => {
    try {
      await client.request({ method: 'eth_sendRawTransaction', params: [raw] })
      return 'sent'
    } catch (error) {
      const answer = firstOf(error, (each) => each instanceof RpcAnswerError)
      const known = answer instanceof Error ? said.find(([words]) => words.test(answer.message)) : undefined
      if (known === undefined) throw error
      return known[1]
    }
  })
}
