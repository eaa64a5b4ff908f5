import { writeFile } from 'node:fs/promises'
import { commands } from '../packages/cli/src/commands/index.ts'
import { renderReference } from '../packages/cli/src/docs/reference.ts'
import { renderErrors } from './render-errors.ts'
import { renderSettings } from './render-settings.ts'

/** The pages of docs/ that are made from the code. */
const pages = {
  'cli.md': () => renderReference(commands),
  'errors.md': renderErrors,
  'settings.md': renderSettings
}

for (const [name, render] of Object.entries(pages)) {
  await writeFile(new URL(`../docs/${name}`, import.meta.url), render())
}
