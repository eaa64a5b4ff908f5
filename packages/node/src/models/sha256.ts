import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { cancelled } from '@unhosted/core/errors'
import { fileError } from '../base/index.ts'

const chunkBytes = 1024 ** 2

/** Lower-case hex. @throws BaseError CANCELLED | HOME_UNUSABLE */
export async function sha256File(path: string, options: { readonly signal: AbortSignal }): Promise<string> {
  const hash = createHash('sha256')
  try {
    const stream = createReadStream(path, { highWaterMark: chunkBytes, signal: options.signal })
    for await (const chunk of stream) hash.update(chunk)
  } catch (error) {
    if (options.signal.aborted) throw cancelled(options.signal.reason)
    throw fileError(path, error)
  }
  return hash.digest('hex')
}
