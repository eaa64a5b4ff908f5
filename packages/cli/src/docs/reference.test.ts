import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isGroup } from '../command/entry.ts'
import { everyCommand } from '../commands/index.ts'
import { renderReference } from './reference.ts'

const commands = await everyCommand()

describe('docs/cli.md', () => {
  it('is what the commands say; run npm run docs after changing one', () => {
    const written = readFileSync(new URL('../../../../docs/cli.md', import.meta.url), 'utf8')
    expect(written).toBe(renderReference(commands))
  })

  it('names every command and every flag', () => {
    const text = renderReference(commands)
    for (const entry of commands) {
      for (const command of isGroup(entry) ? entry.commands : [entry]) {
        expect(text).toContain(`${isGroup(entry) ? `${entry.name} ` : ''}${command.name}\n`)
      }
    }
    expect(text).toContain('--lend-memory 8GiB\\|50%')
  })
})
