import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { homePaths, prepareHome } from './index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unhosted-home-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('prepareHome', () => {
  it('makes every folder for the owner only, twice', async () => {
    const paths = homePaths(join(folder, 'a', 'home'))
    await prepareHome(paths)
    await prepareHome(paths)
    for (const each of [paths.home, paths.models, paths.run, paths.logs, paths.engineLogs]) {
      expect((await stat(each)).mode & 0o777).toBe(0o700)
    }
  })

  it('takes away what others could do with an older folder', async () => {
    await chmod(folder, 0o755)
    await prepareHome(homePaths(folder))
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  it('explains a file in the place of the folder', async () => {
    await writeFile(join(folder, 'file'), '')
    for (const home of [join(folder, 'file'), join(folder, 'file', 'home')]) {
      await expect(prepareHome(homePaths(home))).rejects.toMatchObject({
        code: 'HOME_UNUSABLE',
        advice: expect.stringContaining('--home')
      })
    }
  })

  it.runIf(process.platform === 'linux')('explains a file system that takes no folders', async () => {
    await expect(prepareHome(homePaths('/proc/unhosted/home'))).rejects.toMatchObject({ code: 'HOME_UNUSABLE' })
  })

  it('makes the folder for sockets of a long path', async () => {
    const paths = homePaths(join(folder, 'x'.repeat(120)))
    await prepareHome(paths)
    await writeFile(`${paths.controlSocket}.probe`, '')
    await rm(`${paths.controlSocket}.probe`)
  })
})
