import { createHash } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../store/index.ts'
import { type ModelFolders, makeFolder } from './model-index.ts'
import type { RemoteFile } from './remote-file.ts'

const recordSchema = z.strictObject({
  source: z.string().max(2000),
  /** What the server said of each file when its download began, by stored name. */
  files: z.record(
    z.string().max(64),
    z.strictObject({ version: z.string().max(1000).nullable(), sizeBytes: z.number().nullable() })
  )
})
type Record = z.infer<typeof recordSchema>

/** A download on its way: its files, and what the server said of them when it began. */
export interface PartialDownload {
  readonly folder: string
  /** Keep what there is of a file if it is still the same on the server, else start it anew. */
  prepare(name: string, remote: RemoteFile): Promise<void>
  /** Bytes of the disk that are taken already. */
  takenBytes(): Promise<number>
  /** Forget the record, so that the folder holds the model alone. */
  finish(): Promise<void>
  discard(): Promise<void>
}

/** @throws BaseError HOME_UNUSABLE | DISK_FULL */
export async function openPartial(folders: ModelFolders, source: string): Promise<PartialDownload> {
  const folder = join(folders.partial, partialKey(source))
  const recordPath = join(folder, 'download.json')
  await makeFolder(folder)
  const empty: Record = { source, files: {} }
  let record = await readJsonFile(recordPath, recordSchema, empty).catch(async () => {
    await rm(folder, { recursive: true, force: true })
    await makeFolder(folder)
    return empty
  })
  return {
    folder,
    prepare: async (name, remote) => {
      const before = record.files[name]
      const known = remote.version !== null || remote.sha256 !== null
      if (!known || before?.version !== remote.version || before?.sizeBytes !== remote.sizeBytes) {
        for (const suffix of ['', '.ipull', '.whole']) await rm(join(folder, `${name}${suffix}`), { force: true })
      }
      const entry = { version: remote.version?.slice(0, 1000) ?? null, sizeBytes: remote.sizeBytes }
      record = { source, files: { ...record.files, [name]: entry } }
      await writeJsonFile(recordPath, record)
    },
    takenBytes: async () => {
      const names = await readdir(folder)
      const sizes = names.map(async (name) => (await stat(join(folder, name))).blocks * 512)
      return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
    },
    finish: () => rm(recordPath, { force: true }),
    discard: () => rm(folder, { recursive: true, force: true })
  }
}

/** Name of the folder and of the lock of a source's download. */
export function partialKey(source: string): string {
  return createHash('sha256').update(source).digest('hex').slice(0, 32)
}
