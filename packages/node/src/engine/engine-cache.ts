import { mkdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../store/index.ts'

/** Counts changes of how we build, so that a better recipe is not shadowed by an older build of the same release. */
const recipe = 2

/** UNHOSTED_CACHE, else the platform's place for what can be made again. Outside the checkout and the home folder. */
export function defaultCacheDirectory(environment: NodeJS.ProcessEnv): string {
  const own = environment.UNHOSTED_CACHE
  if (own !== undefined && own !== '') return resolve(own)
  if (process.platform === 'win32') {
    return join(environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'unhosted', 'cache')
  }
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'unhosted')
  const xdg = environment.XDG_CACHE_HOME
  return join(xdg === undefined || xdg === '' ? join(homedir(), '.cache') : xdg, 'unhosted')
}

/** Where built engines stand, drawn: engine/KEY/ (binaries), engine/KEY.lock, engine/KEY.progress, engine/build-KEY.log */
export function engineFolder(cacheDirectory: string): string {
  return join(cacheDirectory, 'engine')
}

export function engineKey(release: string): string {
  return `llama.cpp-${release}-${process.platform}-${process.arch}-${recipe}`
}

const manifestSchema = z.object({
  version: z.string().max(64),
  fingerprint: z.string().max(200),
  gpu: z.object({
    /** What GPU drivers were there when the backends were chosen. */
    probe: z.string().max(4000),
    backends: z.array(z.string().max(32)).max(8),
    /** Sentences for people: why a GPU that is there is not used. */
    notes: z.array(z.string().max(1000)).max(8)
  })
})
/** What was seen when an engine was last started for verification. */
export type EngineManifest = z.infer<typeof manifestSchema>

/** null when there is none or it is of another form: then the engine is verified anew. */
export async function readManifest(path: string): Promise<EngineManifest | null> {
  try {
    return await readJsonFile(path, manifestSchema.nullable(), null)
  } catch {
    // Cut off or of an older form; what it says is found out again.
    return null
  }
}

export async function writeManifest(path: string, manifest: EngineManifest): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeJsonFile(path, manifest, 0o644)
}

/** Changes whenever one of the files is replaced; null when one is not there. */
export async function fingerprint(files: readonly string[]): Promise<string | null> {
  try {
    const stats = await Promise.all(files.map((file) => stat(file)))
    return stats.map((each) => `${each.size}:${Math.round(each.mtimeMs)}`).join(' ')
  } catch {
    // One of them is missing.
    return null
  }
}
