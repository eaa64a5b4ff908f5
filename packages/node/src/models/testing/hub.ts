import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** For tests: two HTTP servers that behave like the hub and the file servers it redirects to. */
export interface TestHub {
  /** Origin of the hub: listing of files, redirects. */
  readonly origin: string
  /** Origin of the file server. */
  readonly filesOrigin: string
  /** Files of `owner/repository`, by path. */
  readonly files: Map<string, Buffer>
  /** What was asked for, in order. */
  readonly requests: HubRequest[]
  behaviour: HubBehaviour
  /** Bytes of bodies sent by the file server. */
  sentBytes: number
  stop(): Promise<void>
}

interface HubRequest {
  readonly server: 'hub' | 'files'
  readonly path: string
  readonly range: string | undefined
  readonly authorization: string | undefined
}

interface HubBehaviour {
  /** The hub lets in only who sends this token. */
  readonly token?: string
  /** Cut this many file bodies after `cutAfterBytes`. */
  readonly cuts?: number
  readonly cutAfterBytes?: number
  /** Bytes of bodies after which the file server hangs for good. */
  readonly hangAfterBytes?: number
  readonly ranges?: 'yes' | 'ignored' | 'unannounced'
  /** What the hub announces instead of the true sha256. */
  readonly sha256?: string
  /** Whether the hub announces any hash. */
  readonly announces?: boolean
  /** Answer of every request to the hub. */
  readonly status?: number
  readonly listing?: string
  readonly redirect?: string
}

export async function startTestHub(): Promise<TestHub> {
  const hub: TestHub = {
    origin: '',
    filesOrigin: '',
    files: new Map(),
    requests: [],
    behaviour: {},
    sentBytes: 0,
    stop: async () => {
      await Promise.all([close(hubServer), close(fileServer)])
    }
  }
  const record = (server: 'hub' | 'files', request: IncomingMessage): void => {
    const { range, authorization } = request.headers
    hub.requests.push({ server, path: request.url ?? '', range, authorization })
  }
  const fileServer = createServer((request, response) => {
    record('files', request)
    response.on('error', () => {})
    void serveFile(hub, request, response)
  })
  const hubServer = createServer((request, response) => {
    record('hub', request)
    serveHub(hub, request, response)
  })
  return Object.assign(hub, { origin: await listen(hubServer), filesOrigin: await listen(fileServer) })
}

function serveHub(hub: TestHub, request: IncomingMessage, response: ServerResponse): void {
  const { behaviour } = hub
  const path = new URL(request.url ?? '', hub.origin).pathname
  const answer = (status: number, headers: Record<string, string> = {}, body = ''): void => {
    response.writeHead(status, headers).end(body)
  }
  const welcome = behaviour.token === undefined || request.headers.authorization === `Bearer ${behaviour.token}`
  if (behaviour.status !== undefined) answer(behaviour.status)
  else if (!welcome) answer(401)
  else if (path === '/api/models/owner/repository/revision/main') {
    const siblings = [...hub.files].map(([rfilename, bytes]) => ({
      rfilename,
      size: bytes.length,
      ...(behaviour.announces === false ? {} : { lfs: { sha256: behaviour.sha256 ?? sha256(bytes) } })
    }))
    answer(200, {}, behaviour.listing ?? JSON.stringify({ siblings }))
  } else redirectToFile(hub, path, answer)
}

function redirectToFile(
  hub: TestHub,
  path: string,
  answer: (status: number, headers?: Record<string, string>) => void
): void {
  const { behaviour } = hub
  const name = decodeURIComponent(path.replace('/owner/repository/resolve/main/', ''))
  const bytes = hub.files.get(name)
  if (bytes === undefined) {
    answer(404)
    return
  }
  const announced =
    behaviour.announces === false
      ? {}
      : { 'x-linked-etag': `"${behaviour.sha256 ?? sha256(bytes)}"`, 'x-linked-size': String(bytes.length) }
  answer(302, { location: behaviour.redirect ?? `${hub.filesOrigin}/${name}?signature=secret`, ...announced })
}

async function serveFile(hub: TestHub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { behaviour } = hub
  const name = decodeURIComponent(new URL(request.url ?? '', hub.filesOrigin).pathname.slice(1))
  const bytes = hub.files.get(name)
  if (bytes === undefined) {
    response.writeHead(404).end()
    return
  }
  const range = behaviour.ranges === 'ignored' ? null : /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
  const [from, to] = range === null ? [0, bytes.length - 1] : [Number(range[1]), Number(range[2])]
  response.writeHead(range === null ? 200 : 206, {
    etag: `"${sha256(bytes).slice(0, 16)}"`,
    'content-length': String(to - from + 1),
    ...(behaviour.ranges === 'unannounced' ? {} : { 'accept-ranges': 'bytes' }),
    ...(range === null ? {} : { 'content-range': `bytes ${from}-${to}/${bytes.length}` })
  })
  await sendBody(hub, bytes.subarray(from, to + 1), response)
}

async function sendBody(hub: TestHub, body: Buffer, response: ServerResponse): Promise<void> {
  const step = 64 * 1024
  const cutAt = hub.behaviour.cutAfterBytes ?? 0
  for (let at = 0; at < body.length; at += step) {
    if (response.destroyed) return
    const { cuts, hangAfterBytes } = hub.behaviour
    if (hangAfterBytes !== undefined && hub.sentBytes >= hangAfterBytes) return
    if (cuts !== undefined && cuts > 0 && at >= cutAt) {
      hub.behaviour = { ...hub.behaviour, cuts: cuts - 1 }
      response.destroy()
      return
    }
    const chunk = body.subarray(at, at + step)
    hub.sentBytes += chunk.length
    if (!response.write(chunk)) await Promise.race([drained(response), delay(1000)])
  }
  response.end()
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
