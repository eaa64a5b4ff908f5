import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { projectFolder } from './forge.ts'

const parts = ['contracts', 'test', 'vectors']

/**
 * Copy the forge project to a folder of its own, OpenZeppelin linked inside it, run `use`, and remove the copy.
 * For what would write here, and for `forge coverage`, which (1.7.1) does not find imports in folders above the project.
 */
export async function withProjectCopy<T>(
  use: (folder: string) => Promise<T>,
  extra: readonly string[] = []
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'unhosted-forge-'))
  try {
    for (const part of [...parts, ...extra]) {
      await cp(join(projectFolder, part), join(folder, part), { recursive: true })
    }
    const openzeppelin = dirname(createRequire(import.meta.url).resolve('@openzeppelin/contracts/package.json'))
    await mkdir(join(folder, 'node_modules', '@openzeppelin'), { recursive: true })
    await symlink(openzeppelin, join(folder, 'node_modules', '@openzeppelin', 'contracts'), 'junction')
    const settings = await readFile(join(projectFolder, 'foundry.toml'), 'utf8')
    const compiler = JSON.stringify(join(projectFolder, 'scripts', 'solc.js'))
    await writeFile(
      join(folder, 'foundry.toml'),
      settings.replaceAll('../../node_modules', 'node_modules').replace('"./scripts/solc.js"', compiler)
    )
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
