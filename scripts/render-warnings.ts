import { type WarningSpec, warningTable } from '@unhosted/core/control'

/** docs/warnings.md: everything that serve, status, peers and doctor warn of. */
export function renderWarnings(): string {
  const blocks = Object.entries<WarningSpec>(warningTable).map(([id, { severity, title, text, remedy }]) =>
    [`## ${id}`, '', `**${title}** (${severity}). ${blanks(text)}`, '', `**What to do:** ${blanks(remedy)}`].join('\n')
  )
  return `${[preamble, ...blocks].join('\n\n')}\n`
}

/** `{model}` as `*model*`. */
function blanks(template: string): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => `*${name}*`)
}

const preamble = `# Health warnings

Generated from \`packages/core/src/control/warning-table.ts\` by \`npm run docs\`; a test compares.

\`unhosted serve\`, \`status\`, \`peers\` and \`doctor\` show these. With \`--json\` each has an \`id\`, which stays the same over
versions, a \`severity\` (\`error\`, \`warning\` or \`info\`), a \`text\` and an \`advice\`. \`doctor\` exits with 1 where there is an error.
Words in italics stand for what is filled in.`
