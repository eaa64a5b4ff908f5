import { type ChildProcess, spawn } from 'node:child_process'
import { BaseError } from './errors.ts'
import { foundryBinary } from './foundry.ts'

export interface AnvilOptions {
  /** TCP port on loopback; 0 for any that is free. */
  readonly port: number
  readonly chainId: number
  readonly signal?: AbortSignal
}

export interface Anvil {
  /** http://127.0.0.1:PORT */
  readonly rpc: string
  /** Resolves when the process is gone, whoever ended it. */
  readonly exited: Promise<void>
  /** Ends the process and waits until it is gone. May be called twice. */
  stop(): Promise<void>
}

/**
 * Start anvil on loopback with its well-known accounts, and wait until it listens.
 * @throws BaseError FOUNDRY_MISSING, DEV_CHAIN_FAILED
 */
export async function startAnvil({ port, chainId, signal }: AnvilOptions): Promise<Anvil> {
  signal?.throwIfAborted()
  const child = spawn(
    foundryBinary('anvil'),
    ['--host', '127.0.0.1', '--port', `${port}`, '--chain-id', `${chainId}`],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C in the terminal is for us, and we end it.
      detached: true,
      env: { ...process.env, FOUNDRY_DISABLE_NIGHTLY_WARNING: 'true' }
    }
  )
  const exited = exitOf(child)
  const stop = async (): Promise<void> => {
    // Hard: it has nothing to save, and a process that is stopped would not hear anything softer.
    child.kill('SIGKILL')
    await exited
  }
  try {
    return { rpc: `http://${await listening(child, signal)}`, exited, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve())
  })
}

/** Where it listens, as it says on stdout: with port 0 there is no other way to know. */
async function listening(child: ChildProcess, signal?: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let said = ''
  const fail = (cause?: unknown): void => {
    const last = said.trim().split('\n').at(-1) ?? ''
    reject(
      new BaseError('DEV_CHAIN_FAILED', `anvil did not start${last === '' ? '.' : `: ${last}`}`, {
        advice: 'Give another --port when the port is taken.',
        ...(cause !== undefined && { cause })
      })
    )
  }
  const hear = (chunk: string): void => {
    said = (said + chunk).slice(-10_000)
    const address = /Listening on (127\.0\.0\.1:\d+)/.exec(said)?.[1]
    if (address !== undefined) resolve(address)
  }
  const abort = (): void => reject(signal?.reason)
  // Read for as long as it lives, for a full pipe would stop it.
  child.stdout?.setEncoding('utf8').on('data', hear)
  child.stderr?.setEncoding('utf8').on('data', hear)
  child.once('error', fail)
  child.once('close', () => fail())
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return await promise
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
