import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { fileError } from '../store/index.ts'
import { cancelled } from './cancelled.ts'

const chunkBytes = 1024 ** 2

/** Lower-case hex. @throws BaseError CANCELLED | HOME_UNUSABLE */
export async function sha256File(path: string, options: { readonly signal: AbortSignal }): Promise<string> {
  const hash = createHash('sha256')
  try {
    const stream = createReadStream(path, { highWaterMark: chunkBytes, signal: options.signal })
    for await (const chunk of stream) hash.update(chunk)
  } catch (error) {
    if (options.signal.aborted) throw cancelled(error)
    throw fileError(path, error)
  }
  return hash.digest('hex')
}
