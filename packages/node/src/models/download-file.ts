import { stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { BaseError } from '@unhosted/core/errors'
import { z } from 'zod'
import type { WantedFile } from './hub-files.ts'
import type { PartialDownload } from './partial-download.ts'
import { type HubAccess, probeFile, type RemoteFile } from './remote-file.ts'
import { ChildFailure, runChild } from './run-child.ts'
import { sha256File } from './sha256.ts'

const heapMiB = 512

const progressSchema = z.strictObject({ doneBytes: z.number().min(0) })

export interface DownloadOptions extends HubAccess {
  readonly partial: PartialDownload
  readonly name: string
  readonly stallMs: number
  readonly onProgress: (doneBytes: number) => void
  readonly signal: AbortSignal
}

/**
 * Download one file into the folder of a partial download, going on where an earlier try ended. A signed address may
 * expire on the way; then a new one is asked for, as long as each brings new bytes.
 * @param first what the server said of it just now
 * @throws BaseError MODEL_DOWNLOAD_FAILED | MODEL_HASH_MISMATCH (its bytes are gone) | DISK_FULL | CANCELLED
 */
export async function downloadFile(wanted: WantedFile, first: RemoteFile, options: DownloadOptions): Promise<void> {
  await options.partial.prepare(options.name, first)
  const remote = await fetchWhole(wanted, first, options)
  await verify(wanted, remote, options)
}

async function fetchWhole(wanted: WantedFile, first: RemoteFile, options: DownloadOptions): Promise<RemoteFile> {
  let remote = first
  let best = 0
  let bestBefore = -1
  const onBytes = (doneBytes: number): void => {
    best = Math.max(best, doneBytes)
    options.onProgress(best)
  }
  for (;;) {
    try {
      await attempt(remote, options, onBytes)
      await trim(join(options.partial.folder, options.name), remote.sizeBytes ?? wanted.sizeBytes)
      return remote
    } catch (error) {
      if (error instanceof ChildFailure) throw stopped(error)
      const again = error instanceof BaseError && error.code === 'MODEL_DOWNLOAD_FAILED' && best > bestBefore
      if (!again) throw error
    }
    bestBefore = best
    remote = await probeFile(wanted.address, options, options.signal)
    await options.partial.prepare(options.name, remote)
  }
}

async function attempt(
  remote: RemoteFile,
  options: DownloadOptions,
  onBytes: (doneBytes: number) => void
): Promise<void> {
  const { url, headers, ranges } = remote
  await runChild({
    module: 'download-child',
    request: { url, headers, ranges, directory: options.partial.folder, fileName: options.name },
    heapMiB,
    silenceMs: options.stallMs,
    onProgress: (value) => onBytes(progressSchema.parse(value).doneBytes),
    clock: options.clock,
    signal: options.signal
  })
}

/**
 * While it downloads, ipull keeps its state behind the end of the file; a last write of that state can land after it has
 * cut the file to its size (3.9.5: the write is not awaited by the truncation). Called when its process has ended.
 */
async function trim(path: string, sizeBytes: number | null): Promise<void> {
  if (sizeBytes !== null && (await stat(path)).size > sizeBytes) await truncate(path, sizeBytes)
}

/** The downloader has tried again and again by itself before it falls silent. */
function stopped(failure: ChildFailure): BaseError {
  const why = failure.reason === 'silent' ? 'no bytes came for a while' : 'the downloading process ended early'
  return new BaseError('MODEL_DOWNLOAD_FAILED', `The download stopped: ${why}.`, {
    cause: failure
  })
}

/** With a hash, the bytes must be those; without one, the server must still say what it said at the beginning. */
async function verify(wanted: WantedFile, remote: RemoteFile, options: DownloadOptions): Promise<void> {
  const path = join(options.partial.folder, options.name)
  const expected = wanted.sha256 ?? remote.sha256
  if (expected !== null) {
    const actual = await sha256File(path, options)
    if (actual === expected) return
    const { size } = await stat(path)
    await options.partial.discard()
    throw new BaseError(
      'MODEL_HASH_MISMATCH',
      `The SHA-256 of the download is ${actual}, but ${expected} was announced.`,
      {
        advice: 'Nothing was stored. Pull again. If it fails again, the file at the source has been changed.',
        details: { sizeBytes: size, announcedBytes: remote.sizeBytes ?? wanted.sizeBytes }
      }
    )
  }
  const { size } = await stat(path)
  const now = await probeFile(wanted.address, options, options.signal)
  if (now.version === remote.version && (now.sizeBytes === null || now.sizeBytes === size)) return
  await options.partial.discard()
  throw new BaseError('MODEL_DOWNLOAD_FAILED', 'The file changed on the server while it was downloaded.', {
    advice: 'Run the same command again; the download starts over.'
  })
}
