import { writeFile } from 'node:fs/promises'
import { everyCommand } from '../packages/cli/src/commands/index.ts'
import { renderReference } from '../packages/cli/src/docs/reference.ts'
import { renderErrors, renderSwarmErrors } from './render-errors.ts'
import { renderConfigSchema, renderSettings } from './render-settings.ts'
import { renderWarnings } from './render-warnings.ts'

/** The pages that are made from the code. */
const pages = {
  'docs/cli.md': renderReference(await everyCommand()),
  'docs/config.schema.json': renderConfigSchema(),
  'docs/errors.md': renderErrors(),
  'docs/settings.md': renderSettings(),
  'docs/warnings.md': renderWarnings(),
  'packages/swarm/docs/errors.md': renderSwarmErrors()
}

for (const [path, text] of Object.entries(pages)) {
  await writeFile(new URL(`../${path}`, import.meta.url), text)
}
