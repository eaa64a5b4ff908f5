import { constants, createReadStream, createWriteStream } from 'node:fs'
import { copyFile, link, stat, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cancelled } from '@unhosted/core/errors'
import { fileError, hasErrno } from '../base/index.ts'
import { type FreeBytes, requireSpace } from './disk-space.ts'
import { type GgufPart, partName } from './gguf-set.ts'
import type { StoredFile } from './model-index.ts'
import { sha256File } from './sha256.ts'

/** Name of a part inside a model's folder; the engine finds the others by it. */
export function storedName(index: number, count: number): string {
  return count === 1 ? 'model.gguf' : partName('model', index + 1, count)
}

/**
 * Put the files of a model into `folder`, and hash what lies there.
 *
 * Without `copy` a file is cloned where the file system can (copy on write: later changes to the original do not
 * reach the clone), else hard-linked (it outlives the original's name; a change in place is told by size and time),
 * else, across file systems, linked symbolically (the original must stay).
 * @throws BaseError DISK_FULL | HOME_UNUSABLE | CANCELLED
 */
export async function placeFiles(
  parts: readonly GgufPart[],
  folder: string,
  options: { readonly copy: boolean; readonly freeBytes: FreeBytes; readonly signal: AbortSignal }
): Promise<StoredFile[]> {
  if (options.copy) {
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0)
    await requireSpace(folder, sizeBytes, options.freeBytes)
  }
  const files: StoredFile[] = []
  for (const [index, part] of parts.entries()) {
    const name = storedName(index, parts.length)
    const target = join(folder, name)
    await place(part.path, target, options)
    files.push(await describeFile(target, name, options.signal))
  }
  return files
}

/** Hash a file that lies in a model's folder. */
export async function describeFile(path: string, name: string, signal: AbortSignal): Promise<StoredFile> {
  const sha256 = await sha256File(path, { signal })
  const { size, mtimeMs } = await stat(path)
  return { name, sha256, sizeBytes: size, mtimeMs }
}

async function place(source: string, target: string, options: { copy: boolean; signal: AbortSignal }): Promise<void> {
  try {
    if (await clone(source, target)) return
    if (options.copy) {
      await pipeline(createReadStream(source), createWriteStream(target, { mode: 0o600 }), { signal: options.signal })
    } else if (!(await hardLink(source, target))) {
      await symlink(source, target)
    }
  } catch (error) {
    if (options.signal.aborted) throw cancelled(options.signal.reason)
    throw fileError(dirname(target), error)
  }
}

async function clone(source: string, target: string): Promise<boolean> {
  const refusals = ['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EINVAL', 'ENOTTY', 'EPERM']
  return copyFile(source, target, constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    (error: unknown) => {
      if (refusals.some((code) => hasErrno(error, code))) return false
      throw error
    }
  )
}

/** EPERM and EACCES: the kernel refuses links to files of other users. */
async function hardLink(source: string, target: string): Promise<boolean> {
  return link(source, target).then(
    () => true,
    (error: unknown) => {
      if (['EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'ENOTSUP'].some((code) => hasErrno(error, code))) return false
      throw error
    }
  )
}
