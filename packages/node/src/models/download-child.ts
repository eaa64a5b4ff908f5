import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { BaseError } from '@unhosted/core/errors'
import { createModelDownloader } from 'node-llama-cpp'
import { z } from 'zod'
import { fileError, systemClock } from '../base/index.ts'
import { serveParent } from './child-process.ts'

const requestSchema = z.strictObject({
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  directory: z.string(),
  fileName: z.string(),
  ranges: z.boolean()
})
type Request = z.infer<typeof requestSchema>

interface Options {
  readonly signal: AbortSignal
  readonly report: (doneBytes: number) => void
}

const reportEveryMs = 200

serveParent(async (message, { signal, progress }) => {
  const request = requestSchema.parse(message)
  let done = 0
  let reported = 0
  const stopReporting = systemClock.every(reportEveryMs, () => {
    if (done > reported) progress({ doneBytes: done })
    reported = done
  })
  const report = (doneBytes: number): void => {
    done = Math.max(done, doneBytes)
  }
  try {
    await (request.ranges ? downloadInParts : downloadAtOnce)(request, { signal, report })
  } finally {
    stopReporting()
  }
  return {}
})

/** Parallel, retried and resumable; what came so far stays in `<fileName>.ipull` when it ends early. */
async function downloadInParts(request: Request, options: Options): Promise<void> {
  const downloader = await createModelDownloader({
    modelUri: asOneFile(request.url),
    dirPath: request.directory,
    fileName: request.fileName,
    headers: request.headers,
    deleteTempFileOnCancel: false,
    skipExisting: true,
    onProgress: ({ downloadedSize }) => options.report(downloadedSize)
  }).catch(fail)
  // Given the signal, the downloader does not wait until what it has is on disk, and this process ends before it is.
  let closed: Promise<void> | null = null
  const onAbort = (): void => {
    closed = downloader.cancel({ deleteTempFile: false })
  }
  options.signal.addEventListener('abort', onAbort, { once: true })
  if (options.signal.aborted) onAbort()
  try {
    await downloader.download()
    options.signal.throwIfAborted()
  } catch (error) {
    await closed
    fail(error)
  } finally {
    options.signal.removeEventListener('abort', onAbort)
  }
}

/**
 * The downloader takes a part of a split model for the whole set, but here each part is fetched by itself. The escaped
 * letter names the same file.
 */
function asOneFile(address: string): string {
  const url = new URL(address)
  url.pathname = url.pathname.replace(/\.gguf$/, '.ggu%66')
  return url.href
}

/** From a server that cannot send parts: from the beginning, each time. */
async function downloadAtOnce(request: Request, options: Options): Promise<void> {
  const path = join(request.directory, request.fileName)
  const response = await fetch(request.url, {
    headers: { 'accept-encoding': 'identity', ...request.headers },
    signal: options.signal
  }).catch(fail)
  if (!response.ok || response.body === null) throw failed(`The server answered ${response.status}.`)
  let doneBytes = 0
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      doneBytes += chunk.length
      options.report(doneBytes)
      done(null, chunk)
    }
  })
  await pipeline(response.body, counter, createWriteStream(`${path}.whole`, { mode: 0o600 })).catch(fail)
  await rename(`${path}.whole`, path)
}

/** The downloader's messages may hold a signed address, so they are not passed on. */
function fail(error: unknown): never {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown }
  if (code === 'ENOSPC' || code === 'EDQUOT') throw error
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') throw fileError('The folder of downloads', error)
  if (typeof statusCode === 'number') throw failed(`The server answered ${statusCode} in the middle of the download.`)
  throw failed('The connection was lost in the middle of the download.')
}

function failed(what: string): BaseError {
  return new BaseError('MODEL_DOWNLOAD_FAILED', what)
}
