import type { ControlClient } from '@unhosted/node/control'
import type { HomePaths } from '@unhosted/node/store'
import type {
  Command as AnyCommand,
  Handler as AnyHandler,
  OptionSpecs,
  PositionalSpecs,
  TerminalContext
} from '@unhosted/terminal'

/** What a handler of the CLI may use. */
export interface CommandContext extends TerminalContext {
  readonly paths: HomePaths
  /** Calls the daemon of the home folder; connects only when called. */
  readonly client: ControlClient
}

export type Handler<O extends OptionSpecs, P extends PositionalSpecs> = AnyHandler<O, P, CommandContext>
export type Command = AnyCommand<CommandContext>
