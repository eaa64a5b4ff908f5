import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** `drop`: cut the connection, nothing is forwarded. `lose-answer`: forward, then cut. `hang`: never answer. */
export type Treatment =
  | 'pass'
  | 'drop'
  | 'lose-answer'
  | 'hang'
  | { readonly status?: number; readonly body: string }
  /** Answer with an RPC error. */
  | { readonly code: number; readonly message: string }
  | { readonly result: unknown }
  /** Forward, and lie about the result. */
  | { readonly rewrite: (result: unknown) => unknown }

/** What happens to a call. `count`: how many of this method were heard since `treat`, this one included. */
export type Treat = (method: string, count: number, params: readonly unknown[]) => Treatment

export interface RpcProxy {
  readonly url: string
  /** Methods in the order in which they came. */
  readonly heard: string[]
  readonly headers: IncomingMessage['headers'][]
  /** What happens to the next calls. */
  treat(how: Treat): void
  stop(): Promise<void>
}

/** An endpoint between client and chain that fails on demand; without a chain, whatever passes is refused. */
export async function startRpcProxy(target?: string): Promise<RpcProxy> {
  let how: Treat = () => 'pass'
  const heard: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAll(request)
    const { method, params } = JSON.parse(body) as { method: string; params: readonly unknown[] }
    heard.push(method)
    headers.push(request.headers)
    const treatment = how(method, heard.filter((each) => each === method).length, params)
    if (treatment === 'hang') return
    if (treatment === 'drop') {
      request.socket.destroy()
    } else if (treatment === 'pass' || treatment === 'lose-answer') {
      const forwarded = target === undefined ? '{}' : await forward(target, body)
      if (treatment === 'pass') response.end(forwarded)
      else request.socket.destroy()
    } else if ('rewrite' in treatment) {
      response.end(await rewritten(target, body, treatment.rewrite))
    } else {
      response.statusCode = 'status' in treatment ? (treatment.status ?? 200) : 200
      response.end(bodyOf(treatment))
    }
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    headers,
    treat(next) {
      how = next
      heard.length = 0
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}

function bodyOf(treatment: Exclude<Treatment, string | { readonly rewrite: unknown }>): string {
  if ('body' in treatment) return treatment.body
  if ('result' in treatment) return JSON.stringify({ jsonrpc: '2.0', id: 1, result: treatment.result })
  return JSON.stringify({ jsonrpc: '2.0', id: 1, error: treatment })
}

async function forward(target: string, body: string): Promise<string> {
  const response = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return response.text()
}

async function rewritten(
  target: string | undefined,
  body: string,
  rewrite: (result: unknown) => unknown
): Promise<string> {
  const answer = JSON.parse(target === undefined ? '{}' : await forward(target, body)) as { result?: unknown }
  return JSON.stringify('result' in answer ? { ...answer, result: rewrite(answer.result) } : answer)
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
