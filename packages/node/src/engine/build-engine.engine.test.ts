import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processIdentity } from '../base/index.ts'
import { silentLog } from '../log/index.ts'
import { type BuildEngineOptions, buildEngine } from './build-engine.ts'
import type { BuildProgress } from './build-step.ts'
import { findEngine } from './find-engine.ts'
import { awaitGone, type TestHome, testEngine, testHome } from './testing/engine.ts'

let home: TestHome
let cacheDirectory: string
let bin: string

beforeEach(async () => {
  home = await testHome()
  cacheDirectory = join(home.paths.home, 'cache')
  bin = join(home.paths.home, 'bin')
  await mkdir(bin)
  for (const name of ['cc', 'c++', 'make']) await tool(name, 'exit 0')
  await tool('git', 'mkdir -p source')
})
afterEach(() => home[Symbol.asyncDispose]())

/** A build tool of our own, so that what a build does with its tools is tested without an hour of compiling. */
async function tool(name: string, script: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(bin, name), 0o755)
}

const cmake = (build: string): Promise<void> =>
  tool('cmake', `case "$1" in --version) echo "cmake version 3.25.1";; --build) ${build};; esac`)

function options(changes: Partial<BuildEngineOptions> = {}): BuildEngineOptions {
  return {
    cacheDirectory,
    environment: { ...process.env, PATH: `${bin}:/usr/bin:/bin` },
    log: silentLog,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...changes
  }
}

const leftInCache = async (): Promise<readonly string[]> => (await readdir(join(cacheDirectory, 'engine'))).sort()

describe.skipIf(process.platform === 'win32')('buildEngine', { timeout: 900_000 }, () => {
  it.runIf(process.platform === 'linux')('shows an engine only once it has run, and builds once', async () => {
    const { directory } = await testEngine()
    await cmake(`mkdir -p "$2/bin"; cp -L "${directory}"/* "$2/bin"; touch "$2/bin/unhosted-leash"; echo "[1/2] x"`)
    const shown: BuildProgress[] = []
    const built = await buildEngine(options({ onProgress: (progress) => shown.push(progress) }))
    expect(built).toMatchObject({ source: 'build', version: expect.stringMatching(/^llama\.cpp\/v.* rpc\//) })
    expect([...new Set(shown.map(({ phase }) => phase))]).toEqual(['source', 'configure', 'compile', 'verify'])
    expect(shown.map(({ done }) => done)).toEqual(shown.map(({ done }) => done).toSorted((a, b) => a - b))
    expect(shown.at(-1)).toMatchObject({ done: 100, total: 100 })
    expect(await leftInCache()).toEqual(['build.log', built.directory.split('/').at(-1)])

    await tool('git', 'exit 1')
    expect(await buildEngine(options())).toEqual(built)
    const begun = performance.now()
    const found = await findEngine({ ...options(), configuredPath: null })
    expect(performance.now() - begun).toBeLessThan(1000)
    expect(found.engine).toEqual({ ...built, source: 'cache' })
  })

  it.each([
    {
      id: 'a compiler error',
      build: 'echo "a.cpp:1:1: note: fine"; echo "a.cpp:7:2: fatal error: regex: No such file"; exit 1',
      message: /compile: a\.cpp:7:2: fatal error: regex: No such file/
    },
    {
      id: 'a disk that fills up',
      build: 'echo "fatal error: cannot write a.o: No space left on device"; exit 1',
      message: /No space left on device/
    },
    { id: 'an end without a word', build: 'exit 9', message: /compile: code 9/ }
  ])('says what went wrong, keeps the log, leaves nothing half done: $id', async ({ build, message }) => {
    await cmake(build)
    await expect(buildEngine(options())).rejects.toMatchObject({
      code: 'ENGINE_BUILD_FAILED',
      message: expect.stringMatching(message),
      advice: expect.stringContaining(join(cacheDirectory, 'engine', 'build.log'))
    })
    expect(await leftInCache()).toEqual(['build.log'])
    expect(await readFile(join(cacheDirectory, 'engine', 'build.log'), 'utf8')).toContain('--build')
  })

  it('refuses what compiles but does not run', async () => {
    await cmake(`mkdir -p "$2/bin"; for f in llama-server ggml-rpc-server libggml-rpc.so unhosted-leash; do
      printf '#!/bin/sh\\nexit 1\\n' > "$2/bin/$f"; chmod +x "$2/bin/$f"; cp "$2/bin/$f" "$2/$f"; done`)
    await expect(buildEngine(options())).rejects.toMatchObject({
      code: 'ENGINE_BUILD_FAILED',
      message: expect.stringMatching(/does not run/)
    })
    expect(await leftInCache()).toEqual(['build.log'])
  })

  it('ends with its signal, and with it every process of the build', async () => {
    const pidFile = join(home.paths.home, 'pid')
    await tool('git', `sh -c 'echo $$ > "${pidFile}.new"; mv "${pidFile}.new" "${pidFile}"; exec sleep 600'`)
    const abort = new AbortController()
    const building = buildEngine(options({ signal: abort.signal }))
    const refused = expect(building).rejects.toMatchObject({ code: 'CANCELLED' })
    let pid = 0
    while (pid === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      pid = Number(await readFile(pidFile, 'utf8').catch(() => '0'))
    }
    expect(await processIdentity(pid)).not.toBeNull()
    abort.abort()
    await refused
    await awaitGone(pid)
    expect(await leftInCache()).toEqual(['build.log'])
  })

  it('removes what a killed build left', async () => {
    await mkdir(join(cacheDirectory, 'engine', '.build-4194305-dead', 'source'), { recursive: true })
    await cmake('exit 9')
    await expect(buildEngine(options())).rejects.toMatchObject({ code: 'ENGINE_BUILD_FAILED' })
    expect(await leftInCache()).toEqual(['build.log'])
  })

  it('names the way out where the cache cannot be written', async () => {
    await writeFile(join(home.paths.home, 'file'), '')
    const build = buildEngine(options({ cacheDirectory: join(home.paths.home, 'file', 'cache') }))
    await expect(build).rejects.toMatchObject({
      code: 'ENGINE_BUILD_FAILED',
      advice: expect.stringContaining('UNHOSTED_CACHE')
    })
  })
})
