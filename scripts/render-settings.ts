import { parseConfig, settings } from '@unhosted/core/config'

/** docs/settings.md, from the settings and their defaults. */
export function renderSettings(): string {
  const defaults: unknown = parseConfig({ flags: {}, environment: {}, file: null })
  const rows = settings.map(({ path, flag, environment, meaning }) => {
    const cells = [
      code(path.join('.')),
      flag === null ? '' : code(`--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`),
      environment === null ? '' : code(environment),
      code(defaultText(path.reduce(inside, defaults))),
      meaning
    ]
    return `| ${cells.join(' | ')} |`
  })
  return `${[preamble, [heading, ...rows].join('\n'), example].join('\n\n')}\n`
}

const inside = (tree: unknown, key: string): unknown =>
  typeof tree === 'object' && tree !== null ? Reflect.get(tree, key) : undefined

/** As config.json would have it. */
function defaultText(value: unknown): string {
  const fraction = inside(value, 'fraction')
  return JSON.stringify(typeof fraction === 'number' ? `${fraction * 100}%` : value)
}

const code = (text: string): string => `\`${text}\``

const preamble = `# Settings

Generated from \`packages/core/src/config\` by \`npm run docs\`; a test holds the two together.

A setting is taken from the flag of \`unhosted serve\`, else from the environment, else from \`config.json\` in the home folder, else
it has its default. In the environment, lists have commas and toggles are \`true\` or \`false\`. What does not parse is refused with the
name of the setting and where it came from; so are keys of \`config.json\` that do not exist. \`UNHOSTED_HOME\` names the home folder itself.`

const heading = `| in \`config.json\` | flag | environment | default | meaning |
| --- | --- | --- | --- | --- |`

const example = `\`\`\`json
{
  "memory": "80%",
  "lendMemory": "8GiB",
  "models": { "preload": ["tiny"], "idleUnloadMs": "30m" }
}
\`\`\``
