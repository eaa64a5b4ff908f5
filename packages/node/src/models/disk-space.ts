import { statfs } from 'node:fs/promises'
import { BaseError } from '@unhosted/core/errors'
import { formatBytes } from '@unhosted/core/units'
import { fileError } from '../base/index.ts'

/** Bytes that this user may still write on the disk of a folder. */
export type FreeBytes = (folder: string) => Promise<number>

/** Kept free on the disk whatever is written, bytes. */
const spareBytes = 64 * 1024 ** 2

export const freeDiskBytes: FreeBytes = async (folder) => {
  const disk = await statfs(folder).catch((error: unknown) => {
    throw fileError(folder, error)
  })
  return disk.bavail * disk.bsize
}

/** @throws BaseError DISK_FULL naming how much is missing */
export async function requireSpace(folder: string, bytes: number, freeBytes: FreeBytes): Promise<void> {
  const free = await freeBytes(folder)
  const missing = bytes + spareBytes - free
  if (missing <= 0) return
  throw new BaseError(
    'DISK_FULL',
    `${formatBytes(bytes)} are needed, but ${folder} has only ${formatBytes(free)} free.`,
    {
      advice: `Free ${formatBytes(missing)} and try again, or choose a home folder on another disk with --home.`,
      details: { neededBytes: bytes, freeBytes: free }
    }
  )
}
