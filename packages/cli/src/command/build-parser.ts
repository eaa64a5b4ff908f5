import { isBaseError } from '@unhosted/core/errors'
import { kebab, type OptionSpecs, usageError } from '@unhosted/terminal'
import yargs, { type Argv } from 'yargs'
import type { Command } from './context.ts'
import { type Entry, isGroup } from './entry.ts'
import { globalOptions } from './globals.ts'

/** A command that was chosen and its arguments, checked against its specs. */
export interface Chosen {
  readonly command: Command
  readonly args: Readonly<Record<string, unknown>>
}

export interface ParserOptions {
  readonly entries: readonly Entry[]
  readonly version: string
  readonly onChosen: (chosen: Chosen) => void
}

/** The yargs parser for the table of commands. It never exits the process and never runs a handler itself. */
export function buildParser({ entries, version, onChosen }: ParserOptions): Argv {
  const parser = yargs()
    .scriptName('unhosted')
    .usage('One OpenAI endpoint answered by the machines you already own.\n\nUsage: $0 COMMAND')
    .parserConfiguration({ 'populate--': true })
    .locale('en')
    .exitProcess(false)
    .strict()
    .version(version)
    .help()
    .wrap(null)
    .demandCommand(1, 'Name a command.')
    .fail((message, error) => {
      // yargs gives its own complaints as an error in some cases and as a message in others.
      throw isBaseError(error) ? error : usageError(message ?? error.message)
    })
  addOptions(parser, globalOptions)
  for (const entry of entries) {
    if (!isGroup(entry)) addCommand(parser, entry, [], onChosen)
    else {
      parser.command(entry.name, entry.summary, (inner) => {
        // `unhosted --json models ls`: without knowing the flag, yargs would take the next word for its value.
        addOptions(inner, globalOptions)
        for (const command of entry.commands) addCommand(inner, command, [entry.name], onChosen)
        return inner.demandCommand(
          1,
          `Name one of its commands: ${entry.commands.map((command) => command.name).join(', ')}.`
        )
      })
    }
  }
  return parser
}

function addCommand(parser: Argv, command: Command, path: readonly string[], onChosen: (chosen: Chosen) => void): void {
  const usage = [
    command.name,
    ...Object.entries(command.positionals).map(([name, spec]) => positionalUsage(name, spec))
  ]
  parser.command(
    usage.join(' '),
    command.summary,
    (inner) => {
      const full = ['$0', ...path, ...usage].join(' ')
      inner.usage([full, command.summary, ...(command.details ?? [])].join('\n\n'))
      for (const [name, spec] of Object.entries(command.positionals)) {
        inner.positional(name, { describe: spec.describe, type: 'string', ...(spec.rest === true && { array: true }) })
      }
      // Its own flags first in the help, then those that every command takes.
      addOptions(inner, command.options)
      addOptions(inner, globalOptions)
      for (const [example, explains] of command.examples) inner.example(example, explains)
      return inner
    },
    (parsed) => onChosen({ command, args: pick(parsed, command) })
  )
}

function positionalUsage(name: string, spec: { readonly required: boolean; readonly rest?: true }): string {
  const inner = spec.rest === true ? `${name}..` : name
  return spec.required ? `<${inner}>` : `[${inner}]`
}

function addOptions(parser: Argv, options: OptionSpecs): void {
  for (const [name, spec] of Object.entries(options)) {
    parser.option(kebab(name), {
      type: spec.type,
      describe: spec.describe,
      global: false,
      ...(spec.type !== 'boolean' && { requiresArg: true }),
      ...(spec.choices !== undefined && { choices: spec.choices }),
      ...(spec.default !== undefined && { default: spec.default })
    })
  }
}

/** Only what the command declares, by the names it declares; of a flag given twice the last. */
function pick(parsed: Readonly<Record<string, unknown>>, command: Command): Record<string, unknown> {
  const picked: Record<string, unknown> = {}
  for (const [name, spec] of Object.entries(command.options)) {
    const given = parsed[name]
    const value: unknown = Array.isArray(given) ? given.at(-1) : given
    if (spec.type === 'number' && Number.isNaN(value)) throw usageError(`--${kebab(name)} must be a number.`)
    if (value !== undefined) picked[name] = value
  }
  for (const [name, spec] of Object.entries(command.positionals)) {
    const words = [parsed[name] ?? [], ...(spec.rest === true ? [parsed['--'] ?? []] : [])].flat()
    if (words.length > 0) picked[name] = words.join(' ')
  }
  return picked
}
