import type { TerminalContext } from './terminal-context.ts'

/** A flag. Without a default its value is undefined where it is not given. */
export interface OptionSpec {
  readonly type: 'string' | 'number' | 'boolean'
  readonly describe: string
  /** How the value is called in help: `PORT`. */
  readonly placeholder?: string
  readonly choices?: readonly string[]
  readonly default?: string | number | boolean
}

interface PositionalSpec {
  readonly describe: string
  readonly required: boolean
  /** Takes all that follow, joined by blanks: for prompts that people do not quote. */
  readonly rest?: true
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>
export type PositionalSpecs = Readonly<Record<string, PositionalSpec>>

type Given<O extends OptionSpec> = O extends { readonly choices: readonly (infer C)[] }
  ? C
  : O['type'] extends 'boolean'
    ? boolean
    : O['type'] extends 'number'
      ? number
      : string
type ValueOf<O extends OptionSpec> = O extends { readonly default: string | number | boolean }
  ? Given<O>
  : Given<O> | undefined
type PositionalValue<P extends PositionalSpec> = P['required'] extends true ? string : string | undefined

/** What a handler receives: options by name as written in its specs (camelCase), positionals likewise. */
export type Arguments<O extends OptionSpecs, P extends PositionalSpecs> = {
  readonly [K in keyof O]: ValueOf<O[K]>
} & { readonly [K in keyof P]: PositionalValue<P[K]> }

/** @typeParam C what the handler may use; a package with more to offer than a terminal names its own. */
export type Handler<O extends OptionSpecs, P extends PositionalSpecs, C extends TerminalContext = TerminalContext> = (
  args: Arguments<O, P>,
  context: C
) => Promise<void>

interface CommandShape<O extends OptionSpecs, P extends PositionalSpecs> {
  readonly name: string
  readonly summary: string
  /** Paragraphs for `--help` and docs/cli.md. */
  readonly details?: readonly string[]
  readonly positionals: P
  readonly options: O
  readonly examples: readonly (readonly [command: string, explains: string])[]
}

export interface CommandSpec<O extends OptionSpecs, P extends PositionalSpecs, C extends TerminalContext>
  extends CommandShape<O, P> {
  /** Imports the handler: only the command that runs is loaded. */
  readonly load: () => Promise<{ readonly handle: Handler<O, P, C> }>
}

/** A command with the types of its arguments erased, for the table of all commands. */
export interface Command<C extends TerminalContext> extends CommandShape<OptionSpecs, PositionalSpecs> {
  readonly run: (args: Readonly<Record<string, unknown>>, context: C) => Promise<void>
}

/** Commands under one word: `models ls`. */
export interface CommandGroup<C extends TerminalContext> {
  readonly name: string
  readonly summary: string
  readonly commands: readonly Command<C>[]
}

/** Ties a handler to its specs, so that a flag that does not exist does not compile. */
export function defineCommand<
  const O extends OptionSpecs,
  const P extends PositionalSpecs,
  C extends TerminalContext = TerminalContext
>(spec: CommandSpec<O, P, C>): Command<C> {
  const { load, ...shape } = spec
  return {
    ...shape,
    async run(args, context) {
      const { handle } = await load()
      // yargs has checked the arguments against the same specs.
      await handle(args as Arguments<O, P>, context)
    }
  }
}
