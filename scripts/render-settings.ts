import { configJsonSchema, kebab, type Setting, settings } from '@unhosted/core/config'

/** docs/settings.md, from the settings. */
export function renderSettings(): string {
  const rows = settings.map((setting) => {
    const { path, flag, environment, placeholder, describe } = setting
    const cells = [
      code(path.join('.')),
      flag === null ? '' : code(`--${[kebab(flag), ...(placeholder === null ? [] : [placeholder])].join(' ')}`),
      environment === null ? '' : code(environment),
      defaultText(setting),
      describe
    ]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return `${[preamble, [heading, ...rows].join('\n'), example].join('\n\n')}\n`
}

/** docs/config.schema.json. */
export function renderConfigSchema(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`
}

/** As config.json would have it, and what it means. */
function defaultText({ default: value, byDefault }: Setting): string {
  return [code(JSON.stringify(value)), ...(byDefault === undefined ? [] : [byDefault])].join(': ')
}

const code = (text: string): string => `\`${text}\``

const preamble = `# Settings

Generated from \`packages/core/src/config/schema.ts\` by \`npm run docs\`; a test compares.

A setting is taken from the flag of \`unhosted serve\`, else from the environment variable, else from \`config.json\` in the home
folder, else it has its default. In environment variables and flags, a list is text with commas, and a toggle is \`true\` or
\`false\`; in \`config.json\`, a plain number is an amount in bytes or a time in milliseconds. A value that does not parse is
refused with the name of the setting and where it came from; so is a key of \`config.json\` that does not exist.
\`UNHOSTED_HOME\` names the home folder itself.

For completion in an editor, point \`$schema\` in \`config.json\` at [config.schema.json](config.schema.json).`

const heading = `| in \`config.json\` | flag | environment | default | meaning |
| --- | --- | --- | --- | --- |`

const example = `\`\`\`json
{
  "memory": "80%",
  "lendMemory": "8GiB",
  "models": { "preload": ["tiny"], "idleUnloadMs": "30m" }
}
\`\`\``
