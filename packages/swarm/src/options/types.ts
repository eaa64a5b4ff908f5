import type { HomePaths } from '@unhosted/node/store'
import type {
  Command as AnyCommand,
  Handler as AnyHandler,
  OptionSpecs,
  PositionalSpecs,
  TerminalContext
} from '@unhosted/terminal'

/** What a handler of the swarm's commands may use. No daemon: keys are unlocked, and used, in this process only. */
export interface CommandContext extends TerminalContext {
  readonly paths: HomePaths
}

export type Handler<O extends OptionSpecs, P extends PositionalSpecs> = AnyHandler<O, P, CommandContext>
export type Command = AnyCommand<CommandContext>
