import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { mnemonicToAccount } from 'viem/accounts'

const mnemonic = 'test test test test test test test test test test test junk'

/** One of anvil's funded accounts. */
export const devAccount = (addressIndex: number) => mnemonicToAccount(mnemonic, { addressIndex })

export interface TestChain {
  readonly rpcUrl: string
  readonly port: number
  /** A call past everything that is under test: anvil_*, evm_* and plain ones. @throws Error with the answer */
  rpc(method: string, ...params: readonly unknown[]): Promise<unknown>
  /** `hard` leaves no time to write --state. */
  stop(how?: 'hard'): Promise<void>
}

/** Start anvil. No transaction is mined before this returns. */
export async function startTestChain(
  options: { readonly port?: number; readonly chainId?: number; readonly args?: readonly string[] } = {}
): Promise<TestChain> {
  const { port = 0, chainId = 31_337, args = [] } = options
  const child = spawn(
    anvilBinary(),
    ['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(chainId), ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] }
  )
  const rpcUrl = await listening(child).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  return {
    rpcUrl,
    port: Number(new URL(rpcUrl).port),
    rpc: (method, ...params) => rpc(rpcUrl, method, params),
    async stop(how) {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill(how === 'hard' ? 'SIGKILL' : 'SIGINT')
      await exited
    }
  }
}

async function rpc(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const answer = (await response.json()) as { result?: unknown; error?: { message: string } }
  if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`)
  return answer.result
}

/** Not the wrapper of the package: killed hard, that one would leave anvil behind. */
function anvilBinary(): string {
  const cpu = process.arch === 'arm64' ? 'arm64' : 'amd64'
  return createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${process.platform}-${cpu}/bin/anvil`)
}

/** Where it serves. */
async function listening(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let said = ''
  const hear = (chunk: Buffer): void => {
    said = `${said}${chunk}`.slice(-10_000)
    const address = /Listening on (127\.0\.0\.1:\d+)/.exec(said)?.[1]
    if (address !== undefined) resolve(`http://${address}`)
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  child.once('exit', () => reject(new Error(`anvil ended: ${said}`)))
  child.once('error', reject)
  return promise
}
