import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface RpcCall {
  readonly method: string
  readonly params: readonly unknown[]
}

export interface RpcProxy {
  readonly rpc: string
  readonly calls: readonly RpcCall[]
  stop(): Promise<void>
}

/** An endpoint on loopback that passes JSON-RPC calls on to `target`, and may lie about their results. */
export async function startRpcProxy(
  target: string,
  rewrite: (call: RpcCall, result: unknown) => unknown
): Promise<RpcProxy> {
  const calls: RpcCall[] = []
  const server = createServer(async (request, response) => {
    try {
      const body = await text(request)
      const call = JSON.parse(body) as RpcCall
      calls.push(call)
      const answer = await fetch(target, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
      const reply = (await answer.json()) as { result?: unknown }
      if ('result' in reply) reply.result = rewrite(call, reply.result)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(reply))
    } catch (error) {
      response.destroy(error instanceof Error ? error : undefined)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    rpc: `http://127.0.0.1:${port}`,
    calls,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}
