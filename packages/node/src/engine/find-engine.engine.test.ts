import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { silentLog } from '../log/index.ts'
import { engineFolder, readManifest, writeManifest } from './engine-cache.ts'
import { type FindEngineOptions, findEngine } from './find-engine.ts'
import { testEngine, testHome } from './testing/engine.ts'

const options = (cacheDirectory: string, changes: Partial<FindEngineOptions> = {}): FindEngineOptions => ({
  configuredPath: null,
  cacheDirectory,
  environment: { PATH: '/nowhere' },
  log: silentLog,
  signal: new AbortController().signal,
  ...changes
})

/** An executable that prints `version` and serves nothing. */
async function impostor(folder: string, version: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of ['llama-server', 'ggml-rpc-server']) {
    await writeFile(join(folder, name), `#!/bin/sh\necho "${version}"\n`)
    await chmod(join(folder, name), 0o755)
  }
}

describe('findEngine', { timeout: 30_000 }, () => {
  it('takes the configured engine, by its real version, and looks only once', { timeout: 900_000 }, async () => {
    const engine = await testEngine()
    await using home = await testHome()
    const search = options(home.paths.home, { configuredPath: engine.directory, environment: process.env })
    const first = await findEngine(search)
    expect(first.engine).toMatchObject({ version: engine.version, source: 'config' })
    expect(first.engine?.version).toMatch(/^llama\.cpp\/v\d+\.\d+\.\d+ rpc\/\d+\.\d+\.\d+$/)
    const begun = performance.now()
    expect(await findEngine(search)).toEqual(first)
    expect(performance.now() - begun).toBeLessThan(200)
  })

  it('passes on why the engine does not use a GPU', { timeout: 900_000 }, async () => {
    const engine = await testEngine()
    await using home = await testHome()
    const search = options(home.paths.home, { configuredPath: engine.directory, environment: process.env })
    expect(await findEngine(search)).toMatchObject({ gpuNotes: [] })
    const folder = engineFolder(home.paths.home)
    const [seen = ''] = await readdir(folder)
    const manifest = await readManifest(join(folder, seen))
    if (manifest === null) throw new Error('the engine was not remembered')
    const notes = ['The CUDA backend does not load.']
    await writeManifest(join(folder, seen), { ...manifest, gpu: { ...manifest.gpu, notes } })
    expect(await findEngine(search)).toMatchObject({ gpuNotes: notes })
  })

  it('does not go on without a word when the configured one does not work', async () => {
    await using home = await testHome()
    const configuredPath = join(home.paths.home, 'gone')
    await expect(findEngine(options(home.paths.home, { configuredPath }))).rejects.toMatchObject({
      code: 'ENGINE_MISSING',
      message: expect.stringContaining(configuredPath),
      advice: expect.stringContaining('UNHOSTED_ENGINE')
    })
  })

  it.skipIf(process.platform === 'win32').each([
    { id: 'prints no version', prints: 'hello', problem: /does not run: it prints no version/ },
    { id: 'does not serve', prints: 'version: 0.5.0 (build 1, commit x)', problem: /rpc-server ended with code 0/ }
  ])('passes over a program on PATH that $id', async ({ prints, problem }) => {
    await using home = await testHome()
    const bin = join(home.paths.home, 'bin')
    await impostor(bin, prints)
    const found = await findEngine(options(home.paths.home, { environment: { PATH: `${bin}:/usr/bin:/bin` } }))
    expect(found.engine).toBeNull()
    expect(found.considered).toMatchObject([
      { source: 'cache', problem: 'Not built yet.' },
      { source: 'path', problem: expect.stringMatching(problem) }
    ])
  })
})
