import { BaseError, cancelled } from '@unhosted/core/errors'
import { type Clock, withTimeLimit } from '../base/index.ts'

/** The hub that `hf:` names, and the token for it. */
export interface Hub {
  readonly endpoint: string
  readonly token: string | null
}

/** What asking the hub, or another server, takes. */
export interface HubAccess {
  readonly hub: Hub
  readonly clock: Clock
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
/** Longest time for a request and its answer, ms. */
const answerMs = 30_000

/**
 * Follow the redirects to a file and read what the server says of it, without its body.
 * @throws BaseError MODEL_DOWNLOAD_FAILED with what to do | CANCELLED
 */
export async function probeFile(address: string, { hub, clock }: HubAccess, signal: AbortSignal): Promise<RemoteFile> {
  let url = new URL(address)
  let linked: Linked = { sizeBytes: null, version: null, sha256: null }
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const headers = headersFor(url, hub)
    const response = await headOf(url, { ...headers, range: 'bytes=0-0' }, { clock, signal })
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
      ranges: response.status === 206 && (await announcesRanges(response, url, headers, { clock, signal }))
    }
  }
  throw failed(`${url.host} redirects in a loop.`, 'Try again later, or from another address.')
}

interface RequestOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * One GET; redirects are the caller's.
 * @param read what to do with the answer; its body ends with the time limit
 * @throws BaseError MODEL_DOWNLOAD_FAILED | CANCELLED, and what `read` throws
 */
export function request<T>(
  url: URL,
  headers: Record<string, string>,
  { clock, signal }: RequestOptions,
  read: (response: Response) => Promise<T>
): Promise<T> {
  return withTimeLimit({ clock, ms: answerMs, signal }, async (limited) => {
    const sent = { 'accept-encoding': 'identity', ...headers }
    const response = await fetch(url, { headers: sent, redirect: 'manual', signal: limited }).catch(
      (error: unknown) => {
        if (signal.aborted) throw cancelled(signal.reason)
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : 'no answer in time'
        throw failed(
          `${url.host} cannot be reached: ${cause}.`,
          'Check the network and the address, then run it again.'
        )
      }
    )
    return read(response)
  })
}

/** Status and headers of the answer to a GET; its body is not read. */
function headOf(url: URL, headers: Record<string, string>, options: RequestOptions): Promise<Response> {
  return request(url, headers, options, async (response) => {
    await response.body?.cancel()
    return response
  })
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
  options: RequestOptions
): Promise<boolean> {
  if (part.headers.get('accept-ranges') === 'bytes') return true
  const whole = await headOf(url, headers, options)
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
