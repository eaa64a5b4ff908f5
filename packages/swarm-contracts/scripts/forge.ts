import { spawn } from 'node:child_process'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { foundryBinary } from '../src/foundry.ts'

export const projectFolder = fileURLToPath(new URL('..', import.meta.url))

export interface ForgeOptions {
  /** The forge project; by default this package. */
  readonly cwd?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Show what forge prints as it comes; it is returned all the same. */
  readonly show?: boolean
  readonly signal?: AbortSignal
}

export interface ForgeResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Run forge to its end. It finds the Node that runs this script first on PATH: scripts/solc.js needs one.
 * @throws when forge cannot be started, is aborted, or is killed by a signal. A failed test is a `code`, not an error.
 */
export function runForge(args: readonly string[], options: ForgeOptions = {}): Promise<ForgeResult> {
  const path = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter)
  const child = spawn(foundryBinary('forge'), args, {
    cwd: options.cwd ?? projectFolder,
    env: { ...process.env, FOUNDRY_DISABLE_NIGHTLY_WARNING: 'true', ...options.environment, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.signal && { signal: options.signal })
  })
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk
      if (options.show) process[name].write(chunk)
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === null) reject(new Error(`forge ${args[0]} was ended by ${signal}`))
      else resolve({ code, ...text })
    })
  })
}
