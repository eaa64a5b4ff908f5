import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { IndexEntry, StoredFile } from './model-index.ts'
import type { StoredModel } from './types.ts'

/** A stored model as it is now; a file that is gone or changed since it was hashed is named in `problem`. */
export async function checkFiles(entry: IndexEntry, folder: string): Promise<StoredModel> {
  const files = entry.files.map((file) => join(folder, file.name))
  const problems = await Promise.all(entry.files.map((file, index) => problemOf(file, files[index] ?? folder)))
  const problem = problems.find((text) => text !== null)
  return {
    id: entry.id,
    names: entry.names,
    sizeBytes: entry.files.reduce((sum, file) => sum + file.sizeBytes, 0),
    path: files[0] ?? folder,
    files,
    facts: entry.facts,
    importedAt: entry.importedAt,
    ...(problem === undefined ? {} : { problem })
  }
}

async function problemOf(file: StoredFile, path: string): Promise<string | null> {
  const now = await stat(path).catch(() => null)
  if (now === null) return `${path} is gone, or the file it links to is.`
  if (now.size === file.sizeBytes && now.mtimeMs === file.mtimeMs) return null
  return `${path} was changed after it was imported.`
}
