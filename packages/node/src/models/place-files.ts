import { constants, createReadStream, createWriteStream } from 'node:fs'
import { copyFile, link, stat, statfs, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { BaseError } from '@unhosted/core/errors'
import { formatBytes } from '@unhosted/core/units'
import { fileError, hasErrno } from '../store/index.ts'
import { type GgufPart, partName } from './gguf-set.ts'
import type { StoredFile } from './model-index.ts'
import { sha256File } from './sha256.ts'

/** Kept free on the disk whatever is written, bytes. */
const spareBytes = 64 * 1024 ** 2

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
  options: { readonly copy: boolean; readonly signal: AbortSignal }
): Promise<StoredFile[]> {
  if (options.copy) {
    await requireSpace(
      folder,
      parts.reduce((sum, part) => sum + part.sizeBytes, 0)
    )
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

/** @throws BaseError DISK_FULL naming how much is missing */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const disk = await statfs(folder).catch((error: unknown) => {
    throw fileError(folder, error)
  })
  const free = disk.bavail * disk.bsize
  const missing = bytes + spareBytes - free
  if (missing <= 0) return
  throw new BaseError('DISK_FULL', `The model needs ${formatBytes(bytes)}, ${folder} has ${formatBytes(free)} free.`, {
    advice: `Free ${formatBytes(missing)} or choose a home folder on another disk with --home.`,
    details: { neededBytes: bytes, freeBytes: free }
  })
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
    if (options.signal.aborted) {
      throw new BaseError('CANCELLED', 'The import was cancelled.', { advice: 'Run it again.', cause: error })
    }
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
