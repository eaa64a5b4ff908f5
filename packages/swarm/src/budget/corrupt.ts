import { BaseError } from '../errors/index.ts'

export function corrupt(why: string, cause?: unknown): BaseError {
  return new BaseError('BUDGET_LOG_CORRUPT', `The budget log is damaged: ${why}.`, {
    advice:
      'Nothing is signed while this is so. Restore the log from a backup, or move it away and open new lanes: ' +
      'never sign again on lanes that it knew.',
    ...(cause === undefined ? {} : { cause })
  })
}
