import { access, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BaseError } from '@unhosted/core/errors'
import { z } from 'zod'

/** What npm put on this machine of llama.cpp: the source, and for some platforms libraries built from it. */
export interface EngineSource {
  /** llama.cpp's release, `v0.5.0`. */
  readonly release: string
  /** Git bundle of that release's source. */
  readonly bundle: string
  /** Prebuilt libraries of that release for this platform, CPU backends among them; null where there are none. */
  readonly prebuilt: string | null
  /** Folders that may hold `libggml-cuda.so` or `libggml-vulkan.so` of that release, best first. */
  readonly cuda: readonly { readonly folder: string; readonly runtimeMajor: number }[]
  readonly vulkan: string | null
}

const infoSchema = z.object({ tag: z.string().regex(/^[\w.-]{1,40}$/) })
const metadataSchema = z.object({ buildOptions: z.object({ llamaCpp: z.object({ release: z.string() }) }) })

/** @throws BaseError ENGINE_BUILD_FAILED when node-llama-cpp is not installed */
export async function findEngineSource(platform = process.platform, arch = process.arch): Promise<EngineSource> {
  const folder = await packageFolder('node-llama-cpp', import.meta.url)
  if (folder === null) {
    throw new BaseError('ENGINE_BUILD_FAILED', 'The npm package node-llama-cpp, which brings llama.cpp, is missing.', {
      advice: 'Run npm install again.'
    })
  }
  const info = infoSchema.parse(JSON.parse(await readFile(join(folder, 'llama', 'llama.cpp.info.json'), 'utf8')))
  const name = `${platform}-${arch}`
  const binaries = async (suffix: string, ...rest: string[]): Promise<string | null> => {
    const from = join(folder, 'package.json')
    const found = await packageFolder(`@node-llama-cpp/${name}${suffix}`, from)
    return found === null ? null : join(found, 'bins', ...rest)
  }
  const prebuilt = platform === 'linux' ? await ofRelease(await binaries('', name), info.tag) : null
  const cuda = await ofRelease(await binaries('-cuda', `${name}-cuda`), info.tag)
  // The second CUDA package holds one library without metadata, for the runtime before; npm keeps versions equal.
  const older = await binaries('-cuda-ext', `${name}-cuda`, 'fallback')
  return {
    release: info.tag,
    bundle: join(folder, 'llama', 'gitRelease.bundle'),
    prebuilt,
    cuda: [
      ...(cuda === null ? [] : [{ folder: cuda, runtimeMajor: 13 }]),
      ...(cuda === null || older === null ? [] : [{ folder: older, runtimeMajor: 12 }])
    ],
    vulkan: await ofRelease(await binaries('-vulkan', `${name}-vulkan`), info.tag)
  }
}

async function ofRelease(folder: string | null, release: string): Promise<string | null> {
  if (folder === null) return null
  try {
    const text = await readFile(join(folder, '_nlcBuildMetadata.json'), 'utf8')
    return metadataSchema.parse(JSON.parse(text)).buildOptions.llamaCpp.release === release ? folder : null
  } catch {
    // Not installed for this platform, or of another layout: built from source then.
    return null
  }
}

/** Folder of an installed package, seen from `from`; a package's exports may hide its package.json from resolve(). */
export async function packageFolder(name: string, from: string): Promise<string | null> {
  for (const modules of createRequire(from).resolve.paths(name) ?? []) {
    const folder = join(modules, name)
    try {
      await access(join(folder, 'package.json'))
      return folder
    } catch {
      // Not in this node_modules; the next one up may have it.
    }
  }
  return null
}

/** Files of this package that the engine needs: CMake recipe and demo model. Same depth from src/ and dist/. */
export function assetPath(...parts: readonly string[]): string {
  return join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'assets', ...parts)
}
