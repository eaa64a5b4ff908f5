import type { BaseError } from '@unhosted/core/errors'
import { kebab, usageError } from '@unhosted/terminal'
import type { Command } from './context.ts'
import { type Entry, isGroup } from './entry.ts'
import { globalOptions } from './globals.ts'
import { suggest } from './suggest.ts'

/** What people who come from other programs for local models are used to type. */
const otherNames: Readonly<Record<string, string>> = {
  chat: 'run',
  ls: 'models ls',
  list: 'models ls',
  pull: 'models pull',
  get: 'models pull',
  show: 'models show',
  rm: 'models rm',
  import: 'models import',
  ps: 'status',
  start: 'serve'
}

/**
 * The parser's complaint in plain words: it names what is missing, and for a mistyped word or flag the one that was
 * most likely meant.
 */
export function explainUsage(complaint: string, argv: readonly string[], entries: readonly Entry[]): BaseError {
  const [first, second] = argv.filter((word, index) => !word.startsWith('-') && argv[index - 1] !== '--home')
  const entry = entries.find((each) => each.name === first)
  if (entry === undefined) return first === undefined ? usageError(complaint) : unknownCommand(first, entries)
  if (!isGroup(entry)) return usageError(explain(complaint, entry, argv), entry.name)
  const command = entry.commands.find((each) => each.name === second)
  if (command !== undefined) return usageError(explain(complaint, command, argv), `${entry.name} ${command.name}`)
  if (second === undefined) return usageError(complaint, entry.name)
  return unknownSubcommand(second, entry.name, entry.commands)
}

function unknownCommand(word: string, entries: readonly Entry[]): BaseError {
  const near = suggest(
    word,
    entries.map(({ name }) => name)
  )
  return usageError(`Unknown command: ${word}.${didYouMean(near ?? otherName(word))}`)
}

function otherName(word: string): string | undefined {
  return Object.hasOwn(otherNames, word) ? otherNames[word] : undefined
}

function unknownSubcommand(word: string, group: string, commands: readonly Command[]): BaseError {
  const near = suggest(
    word,
    commands.map(({ name }) => name)
  )
  const meant = near === undefined ? undefined : `${group} ${near}`
  return usageError(`Unknown command: ${group} ${word}.${didYouMean(meant)}`, group)
}

function didYouMean(meant: string | undefined): string {
  return meant === undefined ? '' : ` Did you mean "${meant}"?`
}

/** @param sentence of yargs, or of our own, which passes */
function explain(sentence: string, command: Command, argv: readonly string[]): string {
  const complaint = sentence.replace(/\.$/, '')
  const missing = /^Not enough non-option arguments: got (\d+)/.exec(complaint)
  if (missing !== null) return missingPositionals(command, Number(missing[1]))
  const valueless = /^Not enough arguments following: (\S+)$/.exec(complaint)
  if (valueless !== null) return `--${kebab(valueless[1] ?? '')} needs a value.`
  const choice = /^Invalid values:\s+Argument: (\S+), Given: "(.*)", Choices: (.+)$/.exec(complaint)
  if (choice !== null) return `--${choice[1]} must be one of ${choice[3]}, not "${choice[2]}".`
  const unknown = /^Unknown arguments?: (.+)$/.exec(complaint)
  return unknown === null ? complaint : unknownArgument(unknown[1]?.split(', ')[0] ?? '', command, argv)
}

function missingPositionals(command: Command, given: number): string {
  const required = Object.entries(command.positionals).filter(([, { required }]) => required)
  const names = required.slice(given).map(([name]) => name.toUpperCase())
  return `Missing ${names.length === 1 ? 'argument' : 'arguments'}: ${names.join(' and ')}.`
}

/** yargs names flags without their dashes, some in camel case as well. */
function unknownArgument(name: string, command: Command, argv: readonly string[]): string {
  const flag = argv.find((word) => word.startsWith('-') && word.replace(/^-+/, '').split('=')[0] === name)
  if (flag === undefined) return `Unexpected argument: ${name}.`
  const known = Object.keys({ ...command.options, ...globalOptions }).map(kebab)
  const near = suggest(name, known)
  return `Unknown flag: ${flag.split('=')[0]}.${didYouMean(near === undefined ? undefined : `--${near}`)}`
}
