import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildLog, type BuildProgress, runStep } from './build-step.ts'
import { assetPath, type EngineSource } from './engine-source.ts'
import { linkOrCopy } from './gpu-backends.ts'
import { leashName } from './leash.ts'
import type { Toolchain } from './toolchain.ts'

export interface Recipe {
  readonly source: EngineSource
  readonly toolchain: Toolchain
  /** Temporary folder; the source is in `source`. */
  readonly work: string
  readonly output: BuildLog
  readonly environment: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly progress: (phase: BuildProgress['phase'], done: number) => void
}

const binaries = ['llama-server', 'ggml-rpc-server'] as const

/**
 * Build only what npm does not ship, against what it does: 37 steps, about a minute on 2 cores.
 * @returns the folder with all that the engine needs
 */
export async function compileLinked(recipe: Recipe, prebuilt: string): Promise<string> {
  const { source, work } = recipe
  await cmake(recipe, assetPath('engine'), 'linked', [
    `-DLLAMA_SOURCE=${join(work, 'source')}`,
    `-DPREBUILT=${prebuilt}`,
    `-DRELEASE=${source.release}`
  ])
  const directory = join(work, 'engine')
  await mkdir(directory)
  const libraries = (await readdir(prebuilt)).filter((name) => /^lib(ggml|llama).*\.so$/.test(name))
  await Promise.all(libraries.map((name) => linkOrCopy(join(prebuilt, name), join(directory, name))))
  for (const name of [...binaries, 'libggml-rpc.so', leashName]) {
    await copyFile(join(work, 'linked', 'bin', name), join(directory, name))
  }
  return directory
}

/**
 * Build all of llama.cpp as two self-contained programs: for systems whose C library is older than the npm
 * libraries want, and for those without any (macOS, where Metal is built in). For this machine's own processor.
 */
export async function compileFull(recipe: Recipe): Promise<string> {
  await cmake(
    recipe,
    join(recipe.work, 'source'),
    'full',
    [
      ...['BUILD_SHARED_LIBS', 'LLAMA_BUILD_TESTS', 'LLAMA_BUILD_EXAMPLES', 'LLAMA_BUILD_APP', 'LLAMA_BUILD_UI'],
      ...['LLAMA_USE_PREBUILT_UI', 'LLAMA_OPENSSL', 'LLAMA_TOOLS_INSTALL', 'MTMD_VIDEO', 'GGML_CCACHE']
    ]
      .map((name) => `-D${name}=OFF`)
      .concat(['-DGGML_RPC=ON', '-DGGML_NATIVE=ON', '-DLLAMA_BUILD_NUMBER=1'], linkFlags()),
    binaries
  )
  const directory = join(recipe.work, 'engine-full')
  await mkdir(directory)
  const bin = join(recipe.work, 'full', 'bin')
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const from = (await readdir(bin)).includes('Release') ? join(bin, 'Release') : bin
  for (const name of binaries) await copyFile(join(from, `${name}${suffix}`), join(directory, `${name}${suffix}`))
  if (process.platform === 'linux') await compileLeash(recipe, directory)
  return directory
}

/** Linked without symbols: a tenth of the size, and no strip needed. */
function linkFlags(): readonly string[] {
  return process.platform === 'linux' ? ['-DCMAKE_EXE_LINKER_FLAGS_RELEASE=-s'] : []
}

async function compileLeash(recipe: Recipe, directory: string): Promise<void> {
  await cmake(recipe, assetPath('engine', 'leash'), 'leash', [])
  await copyFile(join(recipe.work, 'leash', leashName), join(directory, leashName))
}

async function cmake(
  recipe: Recipe,
  sourceFolder: string,
  buildFolder: string,
  definitions: readonly string[],
  targets: readonly string[] = []
): Promise<void> {
  const { toolchain, work, output, signal, progress } = recipe
  // Nothing of the user's own CMake settings or compiler caches changes what is built.
  const environment = Object.fromEntries(
    Object.entries(recipe.environment).filter(([name]) => !/^(CMAKE_|CFLAGS$|CXXFLAGS$|LDFLAGS$|MAKEFLAGS$)/.test(name))
  )
  const step = {
    command: toolchain.cmake,
    cwd: work,
    environment: { ...environment, LC_ALL: 'C' },
    signal,
    log: output
  }
  const generator = toolchain.generator === null ? [] : ['-G', toolchain.generator]
  progress('configure', 3)
  await runStep({
    ...step,
    title: 'configure',
    args: ['-S', sourceFolder, '-B', buildFolder, ...generator, '-DCMAKE_BUILD_TYPE=Release', ...definitions]
  })
  progress('compile', 5)
  await runStep({
    ...step,
    title: 'compile',
    args: [
      ...['--build', buildFolder, '--config', 'Release', '--parallel', String(toolchain.jobs)],
      ...(targets.length > 0 ? ['--target', ...targets] : [])
    ],
    onShare: (share) => progress('compile', 5 + share * 90)
  })
}
