import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { modelIdSchema } from '@unhosted/core/inventory'
import { modelFactsSchema } from '@unhosted/core/models'
import { z } from 'zod'
import { withFileLock } from '../base/index.ts'
import { fileError, readJsonFile, writeJsonFile } from '../store/index.ts'

const storedFileSchema = z.strictObject({
  /** File name inside the model's folder. */
  name: z.string().regex(/^model(?:-\d{5}-of-\d{5})?\.gguf$/),
  sha256: modelIdSchema,
  sizeBytes: z.number().int().min(0),
  /** Of the stored file when it was hashed: a linked original that changes later shows here. */
  mtimeMs: z.number()
})
export type StoredFile = z.infer<typeof storedFileSchema>

const entrySchema = z.strictObject({
  id: modelIdSchema,
  names: z.array(z.string().min(1).max(200)).min(1).max(16),
  /** Where it was pulled from, as `sourceText` writes it; null for imports. */
  source: z.string().max(2000).nullable(),
  importedAt: z.number(),
  /** In order; empty for more names of the bundled model. */
  files: z.array(storedFileSchema).max(512),
  facts: modelFactsSchema
})
export type IndexEntry = z.infer<typeof entrySchema>

const indexSchema = z.strictObject({ version: z.literal(1), models: z.array(entrySchema).max(4096) })

/** `models/` in the home folder, drawn:
 *
 *     index.json               what is held
 *     index.lock               there while someone writes the index
 *     <sha256>/model.gguf      a model; of a split one model-00001-of-00003.gguf and so on
 *     incoming/<random>/       a model on its way in; renamed when whole
 *     partial/<hash of ref>/   a download that can be resumed
 */
export interface ModelFolders {
  readonly root: string
  readonly incoming: string
  readonly partial: string
  model(id: string): string
}

export function modelFolders(root: string): ModelFolders {
  return {
    root,
    incoming: join(root, 'incoming'),
    partial: join(root, 'partial'),
    model: (id) => join(root, id)
  }
}

/** @throws BaseError HOME_CORRUPT | HOME_UNUSABLE */
export async function readIndex(folders: ModelFolders): Promise<readonly IndexEntry[]> {
  return (await readJsonFile(join(folders.root, 'index.json'), indexSchema, { version: 1, models: [] })).models
}

/**
 * Read, change and write the index while nobody else does.
 * @returns what `change` returns beside the new entries
 * @throws BaseError HOME_CORRUPT | HOME_UNUSABLE | DISK_FULL | CANCELLED
 */
export async function updateIndex<T>(
  folders: ModelFolders,
  signal: AbortSignal,
  change: (entries: readonly IndexEntry[]) => Promise<readonly [entries: readonly IndexEntry[], result: T]>
): Promise<T> {
  await makeFolder(folders.root)
  return withFileLock({ path: join(folders.root, 'index.lock'), brief: true }, signal, async () => {
    const [models, result] = await change(await readIndex(folders))
    await writeJsonFile(join(folders.root, 'index.json'), { version: 1, models })
    return result
  })
}

/** @throws BaseError HOME_UNUSABLE | DISK_FULL */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw fileError(path, error)
  })
}
