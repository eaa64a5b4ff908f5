import type { ControlClient } from '@unhosted/node/control'
import type { HomePaths } from '@unhosted/node/store'
import type { Output } from '../terminal/output.ts'

/** What a handler may use; nothing else of the process is touched by commands. */
export interface CommandContext {
  readonly output: Output
  readonly input: NodeJS.ReadStream & { readonly fd: number }
  /** The terminal itself, for line editing; text goes through `output`. */
  readonly screen: NodeJS.WriteStream
  readonly paths: HomePaths
  readonly environment: NodeJS.ProcessEnv
  readonly verbose: boolean
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  /** Ends with exit code 1 though the result was printed: for commands whose result says that something is wrong. */
  readonly fail: () => void
  /** Calls the daemon of the home folder; connects only when called. */
  readonly client: ControlClient
}
