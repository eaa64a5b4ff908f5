import { type ChildProcess, spawn } from 'node:child_process'

export interface CommandResult {
  /** Exit code; -1 when a signal ended it. */
  readonly code: number
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: string
  readonly timeoutMs?: number
  readonly environment?: NodeJS.ProcessEnv
}

const defaultTimeoutMs = 60_000

/** Run a command to its end. Never rejects for a non-zero exit. @throws Error when it cannot start or takes too long */
export function runCommand(argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const [program, ...args] = argv
  if (program === undefined) throw new Error('A command needs a program.')
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs
  const child = spawn(program, args, { env: options.environment ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] })
  return new Promise((resolve, reject) => {
    const output = { stdout: '', stderr: '' }
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, timeoutMs)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text
    })
    // A program that ends without reading its input is judged by its exit code.
    child.stdin.on('error', () => {})
    child.stdin.end(options.input ?? '')
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (late) reject(new Error(`${argv.join(' ')} took over ${timeoutMs} ms.\n${output.stdout}\n${output.stderr}`))
      else resolve({ code: code ?? -1, signal, ...output })
    })
  })
}

/** Run a command that must succeed. @returns its standard output */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await runCommand(argv, options)
  if (result.code !== 0) throw new Error(`${argv.join(' ')} ended with ${result.code}: ${result.stderr.trim()}`)
  return result.stdout
}

/** Settles when the process is gone, at once when it already is. */
export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve()
  return new Promise((resolve) => child.once('exit', () => resolve()))
}
