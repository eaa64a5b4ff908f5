import { BaseError } from '@unhosted/core/errors'

/** Whether an error of the file system or of a socket has this code: `ENOENT`. */
export function hasErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code
}

/**
 * What an error of the file system means to the user.
 * @returns BaseError DISK_FULL | HOME_UNUSABLE, or `error` itself where it is neither
 */
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
