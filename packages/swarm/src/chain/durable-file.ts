import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileError } from '@unhosted/node/base'
import { writeJsonFile } from '@unhosted/node/store'

/**
 * Write a JSON file so that it is there after a power cut once this returns: the file is synced and renamed by the
 * store, and then its folder is synced, because a rename lives in the folder. Windows cannot sync folders and does not
 * need to: NTFS journals renames.
 * @throws BaseError DISK_FULL | HOME_UNUSABLE
 */
export async function writeDurableJson(path: string, value: unknown): Promise<void> {
  await writeJsonFile(path, value)
  if (process.platform === 'win32') return
  try {
    const folder = await open(dirname(path), 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch (error) {
    throw fileError(path, error)
  }
}
