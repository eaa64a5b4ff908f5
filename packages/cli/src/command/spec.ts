import type { CommandContext } from './context.ts'

/** A flag. Without a default its value is undefined where it is not given. */
export interface OptionSpec {
  readonly type: 'string' | 'number' | 'boolean'
  readonly describe: string
  /** How the value is called in help: `PORT`. */
  readonly placeholder?: string
  readonly choices?: readonly string[]
  readonly default?: string | number | boolean
}

export interface PositionalSpec {
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

export type Handler<O extends OptionSpecs, P extends PositionalSpecs> = (
  args: Arguments<O, P>,
  context: CommandContext
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

export interface CommandSpec<O extends OptionSpecs, P extends PositionalSpecs> extends CommandShape<O, P> {
  /** Imports the handler: only the command that runs is loaded. */
  readonly load: () => Promise<{ readonly handle: Handler<O, P> }>
}

/** A command with the types of its arguments erased, for the table of all commands. */
export interface Command extends CommandShape<OptionSpecs, PositionalSpecs> {
  readonly run: (args: Readonly<Record<string, unknown>>, context: CommandContext) => Promise<void>
}

/** Commands under one word: `models ls`. */
export interface CommandGroup {
  readonly name: string
  readonly summary: string
  readonly commands: readonly Command[]
}

/** Ties a handler to its specs, so that a flag that does not exist does not compile. */
export function defineCommand<const O extends OptionSpecs, const P extends PositionalSpecs>(
  spec: CommandSpec<O, P>
): Command {
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

export function isGroup(entry: Command | CommandGroup): entry is CommandGroup {
  return 'commands' in entry
}
