import { BaseError } from '@unhosted/core/errors'
import { cancelled } from './cancelled.ts'

/** The hub that `hf:` names, and the token for it. */
export interface Hub {
  readonly endpoint: string
  readonly token: string | null
}

/** What a server says of a file before it is downloaded. */
export interface RemoteFile {
  /** After all redirects; may hold a signature, so it is never logged nor stored. */
  readonly url: string
  /** Sent to the hub's own origin alone. */
  readonly headers: Readonly<Record<string, string>>
  readonly sizeBytes: number | null
  /** Changes when the file does; null where the server says nothing. */
  readonly version: string | null
  /** Announced by the hub; lower-case hex. */
  readonly sha256: string | null
  /** Whether parts can be asked for, as resuming needs. */
  readonly ranges: boolean
}

const maxRedirects = 10
const answerMs = 30_000

/**
 * Follow the redirects to a file and read what the server says of it, without its body.
 * @throws BaseError MODEL_DOWNLOAD_FAILED with what to do | CANCELLED
 */
export async function probeFile(address: string, hub: Hub, signal: AbortSignal): Promise<RemoteFile> {
  let url = new URL(address)
  let linked: Linked = { sizeBytes: null, version: null, sha256: null }
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const headers = headersFor(url, hub)
    const response = await request(url, { ...headers, range: 'bytes=0-0' }, signal)
    await response.body?.cancel()
    if (url.origin === new URL(hub.endpoint).origin) linked = linkedFacts(response, linked)
    const location = response.headers.get('location')
    if (response.status >= 300 && response.status < 400 && location !== null) {
      url = nextHop(url, location)
      continue
    }
    if (!response.ok) throw refusal(url, response.status, hub)
    return {
      url: url.href,
      headers,
      sizeBytes: linked.sizeBytes ?? wholeSize(response),
      version: linked.version ?? response.headers.get('etag') ?? response.headers.get('last-modified'),
      sha256: linked.sha256,
      ranges: response.status === 206 && (await announcesRanges(response, url, headers, signal))
    }
  }
  throw failed(`${url.host} redirects in a loop.`, 'Try again later, or from another address.')
}

/**
 * One GET whose answer has not been read; redirects are the caller's.
 * @throws BaseError MODEL_DOWNLOAD_FAILED | CANCELLED
 */
export async function request(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, {
      headers: { 'accept-encoding': 'identity', ...headers },
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)])
    })
  } catch (error) {
    if (signal.aborted) throw cancelled(error)
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : 'no answer in time'
    throw failed(`${url.host} cannot be reached: ${cause}.`, 'Check the network and the address, then run it again.')
  }
}

/** The hub's token goes to the hub's own origin and nowhere else. */
export function headersFor(url: URL, hub: Hub): Record<string, string> {
  const own = hub.token !== null && url.origin === new URL(hub.endpoint).origin
  return own ? { authorization: `Bearer ${hub.token}` } : {}
}

/** What to do about a status that is no success. */
export function refusal(url: URL, status: number, hub: Hub): BaseError {
  const where = url.host
  const isHub = url.origin === new URL(hub.endpoint).origin
  if (isHub && (status === 401 || status === 403)) {
    const what = `${where} denies access (${status}): the model is gated or private, or does not exist.`
    return hub.token === null
      ? failed(what, 'Check the name; accept the licence on its page, then set HF_TOKEN to an access token.')
      : failed(what, 'Check the name and that the account of HF_TOKEN has accepted the licence on its page.')
  }
  if (status === 404 || status === 410) return failed(`${where} has no such model (${status}).`, 'Check the name.')
  if (status === 401 || status === 403) {
    return failed(`${where} denies access (${status}).`, 'Use a URL that needs no password.')
  }
  if (status === 429 || status >= 500) {
    return failed(`${where} is unavailable (${status}).`, 'Run the same command again later to resume.')
  }
  return failed(`${where} answered ${status}.`, 'Check the address.')
}

interface Linked {
  readonly sizeBytes: number | null
  readonly version: string | null
  readonly sha256: string | null
}

/** The hub says of a file that lies elsewhere how large it is and, for large files, its sha256 as its etag. */
function linkedFacts(response: Response, before: Linked): Linked {
  const version = response.headers.get('x-linked-etag')
  if (version === null) return before
  const size = Number(response.headers.get('x-linked-size') ?? Number.NaN)
  const digest = /^(?:W\/)?"?([0-9a-f]{64})"?$/i.exec(version)?.[1]
  return {
    sizeBytes: Number.isSafeInteger(size) ? size : null,
    version,
    sha256: digest?.toLowerCase() ?? null
  }
}

function wholeSize(response: Response): number | null {
  const text =
    response.status === 206
      ? /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1]
      : response.headers.get('content-length')
  const size = Number(text ?? Number.NaN)
  return Number.isSafeInteger(size) ? size : null
}

/** The downloader believes in ranges only where the answer to a plain GET announces them. */
async function announcesRanges(
  part: Response,
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal
): Promise<boolean> {
  if (part.headers.get('accept-ranges') === 'bytes') return true
  const whole = await request(url, headers, signal)
  await whole.body?.cancel()
  return whole.headers.get('accept-ranges') === 'bytes'
}

/** A redirect may not leave encryption behind. */
function nextHop(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href))
    throw failed(`${from.host} redirects to an invalid address.`, 'Try again later.')
  const next = new URL(location, from)
  if (next.protocol !== from.protocol && next.protocol !== 'https:') {
    throw failed(`${from.host} redirects to an unencrypted address.`, 'Use another source.')
  }
  return next
}

function failed(what: string, advice: string): BaseError {
  return new BaseError('MODEL_DOWNLOAD_FAILED', what, { advice })
}
