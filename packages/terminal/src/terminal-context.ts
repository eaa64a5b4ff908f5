import type { Output } from './output.ts'

/** What every handler may use of the process; nothing else of it is touched by commands. */
export interface TerminalContext {
  readonly output: Output
  readonly input: NodeJS.ReadStream & { readonly fd: number }
  /** The terminal itself, for line editing; text goes through `output`. */
  readonly screen: NodeJS.WriteStream
  readonly environment: NodeJS.ProcessEnv
  readonly verbose: boolean
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  /** Ends with exit code 1 though the result was printed: for commands whose result says that something is wrong. */
  readonly fail: () => void
}
