import { kebab, type OptionSpec, type OptionSpecs } from '@unhosted/terminal'
import type { Command } from '../command/context.ts'
import { type Entry, isGroup } from '../command/entry.ts'
import { globalOptions } from '../command/globals.ts'

const opening = `# Command reference

<!-- Generated from packages/cli/src/commands by \`npm run docs\`; a test compares. -->

Each machine runs one daemon (\`unhosted serve\`). The other commands talk to it over a socket in the home folder, which
only its owner can open.

## Exit codes

| code | meaning |
| ---- | ------- |
| 0    | done |
| 1    | failed |
| 2    | wrong usage: an argument or a setting is not valid |
| 3    | no daemon is running on the home folder |

With \`--json\`, every command prints exactly one JSON document, and errors as \`{"error":{"code","message","advice"}}\`
([errors.md](errors.md) lists the codes); \`serve\` prints one event per line.`

/** docs/cli.md, whole. */
export function renderReference(entries: readonly Entry[]): string {
  const sections = entries.flatMap((entry) =>
    isGroup(entry)
      ? [
          `## unhosted ${entry.name}\n\n${entry.summary}.`,
          ...entry.commands.map((each) => renderCommand(each, entry.name))
        ]
      : [renderCommand(entry, null)]
  )
  const globals = `## Flags of every command\n\n${renderOptions(globalOptions)}`
  return `${[opening, globals, ...sections].join('\n\n')}\n`
}

function renderCommand(command: Command, group: string | null): string {
  const words = ['unhosted', ...(group === null ? [] : [group]), command.name]
  const positionals = Object.entries(command.positionals)
  const usage = positionals.map(([name, { required, rest }]) => {
    const inner = `${name.toUpperCase()}${rest === true ? '...' : ''}`
    return required ? inner : `[${inner}]`
  })
  const hasOptions = Object.keys(command.options).length > 0
  const blocks = [
    `${group === null ? '##' : '###'} ${words.join(' ')}`,
    `${command.summary}.`,
    `    ${[...words, ...(hasOptions ? ['[FLAGS]'] : []), ...usage].join(' ')}`,
    ...(command.details ?? [])
  ]
  if (positionals.length > 0) {
    blocks.push(positionals.map(([name, { describe }]) => `- \`${name.toUpperCase()}\`: ${describe}`).join('\n'))
  }
  if (hasOptions) blocks.push(renderOptions(command.options))
  if (command.examples.length > 0) blocks.push(renderExamples(command))
  return blocks.join('\n\n')
}

function renderOptions(options: OptionSpecs): string {
  const rows = Object.entries(options).map(([name, spec]) => `| \`${flagOf(name, spec)}\` | ${cell(meaningOf(spec))} |`)
  return ['| flag | meaning |', '| ---- | ------- |', ...rows].join('\n')
}

function flagOf(name: string, { type, choices, placeholder }: OptionSpec): string {
  if (type === 'boolean') return `--${kebab(name)}`
  const value = choices === undefined ? (placeholder ?? 'VALUE') : choices.join('|')
  return cell(`--${kebab(name)} ${value}`)
}

function meaningOf(spec: OptionSpec): string {
  return spec.default === undefined ? spec.describe : `${spec.describe}. Default: ${spec.default}`
}

/** A bar would end the cell, also inside backticks. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function renderExamples({ examples }: Command): string {
  const lines = examples.map(([example, explains]) => `${example}${explains === '' ? '' : `  # ${explains}`}`)
  return `\`\`\`sh\n${lines.join('\n')}\n\`\`\``
}
