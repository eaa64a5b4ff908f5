import { randomBytes } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { BaseError } from '@unhosted/core/errors'
import type { ZodType } from 'zod'

/**
 * Write beside, sync, rename: a reader sees the old file or the new one, never half.
 * @throws BaseError DISK_FULL | HOME_UNUSABLE
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw fileError(path, error)
  }
}

/**
 * Read and parse a JSON file; `missing` where there is none.
 * @throws BaseError HOME_CORRUPT | HOME_UNUSABLE
 */
export async function readJsonFile<T>(path: string, schema: ZodType<T>, missing: T): Promise<T> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return missing
    throw fileError(path, error)
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    throw new BaseError('HOME_CORRUPT', `${path} does not parse.`, {
      cause: error
    })
  }
}

export async function writeJsonFile(path: string, value: unknown, mode = 0o600): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`, mode)
}

export function hasErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code
}

/** Turns errno errors of the home folder into messages with the way out. */
export function fileError(path: string, error: unknown): unknown {
  if (error instanceof BaseError) return error
  if (hasErrno(error, 'ENOSPC') || hasErrno(error, 'EDQUOT')) {
    return new BaseError('DISK_FULL', `No room left on the disk to write ${path}.`, {
      advice: 'Free some space and try again.',
      cause: error
    })
  }
  const errno = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    EPERM: 'operation not permitted',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'a part of the path is not a folder',
    EISDIR: 'it is a folder'
  }
  const reason = errno === undefined ? undefined : reasons[errno]
  if (reason === undefined) return error
  return new BaseError('HOME_UNUSABLE', `${path} cannot be used: ${reason}.`, {
    cause: error
  })
}
