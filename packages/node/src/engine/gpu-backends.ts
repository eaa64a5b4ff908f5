import { execFile } from 'node:child_process'
import { copyFile, link, readdir, rm, symlink } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { Log } from '../log/index.ts'
import { throwIfCancelled } from './cancelled.ts'
import { parseDeviceList } from './devices.ts'
import { type EngineManifest, readManifest, writeManifest } from './engine-cache.ts'
import { engineEnvironment } from './engine-environment.ts'
import type { EngineSource } from './engine-source.ts'
import type { Engine } from './types.ts'

const run = promisify(execFile)

export interface GpuOptions {
  readonly source: EngineSource
  readonly environment: NodeJS.ProcessEnv
  readonly log: Log
  readonly signal: AbortSignal
}

type Gpu = EngineManifest['gpu']

/** Choose the GPU backends anew when drivers came or went since the engine was last looked at. */
export async function refreshGpuBackends(engine: Engine, options: GpuOptions): Promise<void> {
  if (process.platform !== 'linux') return
  const manifestPath = join(engine.directory, 'manifest.json')
  const manifest = await readManifest(manifestPath)
  const libraries = await driverLibraries(options.environment)
  if (manifest === null || manifest.gpu.probe === probeText(libraries)) return
  const gpu = await attachGpuBackends(engine.directory, engine.serverPath, options)
  await writeManifest(manifestPath, { ...manifest, gpu })
}

/**
 * Put the prebuilt CUDA or Vulkan backend beside the binaries, where the machine has the driver, and keep it only if
 * the engine then lists a device of it. CUDA goes first, and alone: with both, one card would be two devices.
 */
export async function attachGpuBackends(directory: string, serverPath: string, options: GpuOptions): Promise<Gpu> {
  const libraries = await driverLibraries(options.environment)
  const gpu: Gpu = { probe: probeText(libraries), backends: [], notes: [] }
  await detach(directory)
  if (libraries.has('libcuda.so.1')) {
    for (const { folder, runtimeMajor } of options.source.cuda) {
      const missing = await linkRuntime(directory, runtimeMajor, libraries)
      if (missing.length > 0) continue
      if (await attach('cuda', 'CUDA', folder, directory, serverPath, options)) gpu.backends.push(`cuda${runtimeMajor}`)
      if (gpu.backends.length > 0) return gpu
    }
    gpu.notes.push(
      'An NVIDIA driver is here, but the CUDA backend does not load. It needs the CUDA 13 runtime (libcudart, libcublas), or that of CUDA 12: install cuda-libraries-13-0 or your distribution’s package.'
    )
  }
  const vulkan = options.source.vulkan
  if (libraries.has('libvulkan.so.1') && vulkan !== null) {
    if (await attach('vulkan', 'Vulkan', vulkan, directory, serverPath, options)) gpu.backends.push('vulkan')
  }
  return gpu
}

async function attach(
  name: string,
  devicePrefix: string,
  folder: string,
  directory: string,
  serverPath: string,
  options: GpuOptions
): Promise<boolean> {
  const file = join(directory, `libggml-${name}.so`)
  await linkOrCopy(join(folder, `libggml-${name}.so`), file)
  try {
    const { stdout } = await run(serverPath, ['--list-devices'], {
      env: engineEnvironment(options.environment),
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(30_000)]),
      killSignal: 'SIGKILL'
    })
    if (parseDeviceList(stdout).some((device) => device.id.startsWith(devicePrefix))) return true
  } catch (error) {
    throwIfCancelled(options.signal, 'Looking for GPUs')
    options.log.warn({ backend: name, error: String(error) }, 'the engine does not start with this GPU backend')
  }
  await rm(file, { force: true })
  return false
}

async function detach(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) =>
    /^(libggml-(cuda|vulkan)|libcu(dart|blas|blasLt))\./.test(name)
  )
  await Promise.all(names.map((name) => rm(join(directory, name), { force: true })))
}

/** Toolkits put their libraries where the loader does not look; the backend does look beside itself. @returns names that are nowhere */
async function linkRuntime(
  directory: string,
  major: number,
  libraries: ReadonlyMap<string, string>
): Promise<readonly string[]> {
  const missing: string[] = []
  for (const name of runtimeLibraries(major)) {
    const path = libraries.get(name)
    if (path === undefined) {
      if (!name.startsWith('libcublasLt')) missing.push(name)
      continue
    }
    await rm(join(directory, name), { force: true })
    await symlink(path, join(directory, name))
  }
  return missing
}

const runtimeLibraries = (major: number): readonly string[] =>
  ['libcudart', 'libcublas', 'libcublasLt'].map((name) => `${name}.so.${major}`)

const wanted = new Set(['libcuda.so.1', 'libvulkan.so.1', ...runtimeLibraries(13), ...runtimeLibraries(12)])

/** Where the driver and runtime libraries are: the loader's cache, LD_LIBRARY_PATH, WSL, NixOS, CUDA toolkits. */
async function driverLibraries(environment: NodeJS.ProcessEnv): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  const toolkits = (await names('/usr/local')).filter((name) => name.startsWith('cuda')).sort()
  const folders = [
    ...(environment.LD_LIBRARY_PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
    '/usr/lib/wsl/lib',
    '/run/opengl-driver/lib',
    ...toolkits.map((name) => `/usr/local/${name}/lib64`)
  ]
  for (const folder of folders) {
    for (const name of await names(folder)) {
      if (wanted.has(name) && !found.has(name)) found.set(name, join(folder, name))
    }
  }
  for (const [name, path] of parseLoaderCache(await loaderCache())) {
    if (wanted.has(name)) found.set(name, path)
  }
  return found
}

async function names(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch {
    // Not on this machine.
    return []
  }
}

async function loaderCache(): Promise<string> {
  for (const command of ['/sbin/ldconfig', '/usr/sbin/ldconfig', 'ldconfig']) {
    try {
      return (await run(command, ['-p'], { maxBuffer: 8 * 1024 * 1024, timeout: 5000 })).stdout
    } catch {
      // Not there under this name; without any (musl) no prebuilt backend would load either.
    }
  }
  return ''
}

/**
 * `\tlibcuda.so.1 (libc6,x86-64) => /usr/lib/x86_64-linux-gnu/libcuda.so.1`, 64-bit ones.
 * @internal For its test.
 */
export function parseLoaderCache(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const line of text.split('\n')) {
    const match = /^\s*(\S+) \((.*)\) => (\S+)$/.exec(line)
    if (match?.[1] === undefined || match[3] === undefined || !/64/.test(match[2] ?? '')) continue
    if (!found.has(match[1])) found.set(match[1], match[3])
  }
  return found
}

function probeText(libraries: ReadonlyMap<string, string>): string {
  const pairs = [...libraries].map(([name, path]) => `${name}=${path}`)
  return `v1 ${pairs.sort().join(' ')}`
}

/** A hard link where it can be (npm replaces files, it never writes into them), else a copy. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  await rm(to, { force: true })
  try {
    await link(from, to)
  } catch {
    // Another file system, or one without links.
    await copyFile(from, to)
  }
}
