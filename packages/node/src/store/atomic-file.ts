import { randomBytes } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { BaseError } from '@unhosted/core/errors'
import type { ZodType } from 'zod'
import { fileError, hasErrno } from '../base/index.ts'

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
