import { BaseError, cancelled } from '@unhosted/core/errors'
import { chooseFiles, type ModelSource, type RepositoryFile } from '@unhosted/core/models'
import { z } from 'zod'
import { type HubAccess, headersFor, refusal, request } from './remote-file.ts'

/** Largest listing that is read, bytes; the largest repositories have some thousand files. */
const maxListingBytes = 8 * 1024 ** 2

const listingSchema = z.object({
  siblings: z
    .array(
      z.object({
        rfilename: z.string().min(1).max(1024),
        size: z.number().int().min(0).optional(),
        lfs: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }).optional()
      })
    )
    .max(20_000)
})

/** A file to download: where, and what is known of it beforehand. */
export interface WantedFile {
  readonly address: string
  readonly sizeBytes: number | null
  readonly sha256: string | null
}

/**
 * The files of a model on the hub, parts in order.
 * @throws BaseError MODEL_DOWNLOAD_FAILED | CANCELLED
 */
export async function hubFiles(
  source: Extract<ModelSource, { kind: 'hf' }>,
  { hub, clock }: HubAccess,
  signal: AbortSignal
): Promise<readonly WantedFile[]> {
  const repository = `${source.owner}/${source.repository}`
  const url = new URL(`/api/models/${repository}/revision/main?blobs=true`, hub.endpoint)
  const listing = await request(url, headersFor(url, hub), { clock, signal }, async (response) => {
    if (response.ok) return readListing(response, url, signal)
    await response.body?.cancel()
    throw refusal(url, response.status, hub)
  })
  return chooseFiles(listing, source.quantisation, repository).map((file) => ({
    address: new URL(`/${repository}/resolve/main/${encodePath(file.path)}`, hub.endpoint).href,
    sizeBytes: file.sizeBytes,
    sha256: file.sha256
  }))
}

async function readListing(response: Response, url: URL, signal: AbortSignal): Promise<readonly RepositoryFile[]> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      if (size > maxListingBytes) throw new Error('the listing is too long')
      chunks.push(chunk)
    }
    const listing = listingSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')))
    return listing.siblings.map(({ rfilename, size: bytes, lfs }) => ({
      path: rfilename,
      sizeBytes: bytes ?? null,
      sha256: lfs?.sha256 ?? null
    }))
  } catch (error) {
    if (signal.aborted) throw cancelled(signal.reason)
    throw new BaseError(
      'MODEL_DOWNLOAD_FAILED',
      `${url.host} lists the files of the model in a way that makes no sense.`,
      {
        advice: 'Check that the endpoint is a Hugging Face hub.',
        cause: error
      }
    )
  }
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
