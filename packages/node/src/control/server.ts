import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type ControlError, controlVersion } from '@unhosted/core/control'
import { BaseError, cancelled, isBaseError } from '@unhosted/core/errors'
import type { Clock, Part } from '../base/index.ts'
import type { Log } from '../log/index.ts'
import type { HomePaths } from '../store/index.ts'
import { listenOnControlSocket } from './listen.ts'
import { type ControlRoute, controlRoutes } from './routes.ts'
import type { ControlService } from './service.ts'

/** Largest request body, bytes; an invite with sixteen addresses is a tenth of it. */
const maxBodyBytes = 64 * 1024
/** A subscriber that reads nothing may hold this much, bytes, before it is cut. */
const maxEventBacklogBytes = 4 * 1024 * 1024

export interface ControlServerOptions {
  readonly paths: HomePaths
  readonly service: ControlService
  readonly clock: Clock
  readonly log: Log
}

/**
 * The owner's API of a daemon: HTTP over a Unix socket (a named pipe on Windows), JSON bodies,
 * and `GET /events` as one JSON document a line. Who may call is decided by the file system: the
 * socket is 0600 in a 0700 folder, because Node gives no access to peer credentials. Starting it throws BaseError
 * DAEMON_RUNNING | HOME_UNUSABLE; stopping it ends every call and stream and removes the socket.
 */
export function createControlServer(options: ControlServerOptions): Part {
  const { service, paths } = options
  const log = options.log.component('control')
  const routes = controlRoutes(service)
  const stopping = new AbortController()
  const server = createServer((request, response) => {
    response.setHeader('x-unhosted-control', controlVersion)
    const handled = isEvents(request)
      ? streamEvents(service, response)
      : answerCall(routes, request, response, stopping.signal)
    handled.catch((error: unknown) => {
      if (!isBaseError(error) || error.code === 'INTERNAL') log.error({ err: error }, 'a control call failed')
      sendError(response, error)
    })
  })
  server.headersTimeout = 5000
  server.requestTimeout = 10_000
  let stopped: Promise<void> | undefined

  return {
    name: 'control',
    async start() {
      await listenOnControlSocket(server, paths.controlSocket)
      log.info({ socket: paths.controlSocket }, 'control API listens')
    },
    stop() {
      stopped ??= new Promise((resolve) => {
        stopping.abort(cancelled(undefined, 'The daemon is stopping.'))
        server.close(() => resolve())
        server.closeIdleConnections()
        // Calls end with the abort above; what does not within a moment is cut.
        server.once(
          'close',
          options.clock.after(200, () => server.closeAllConnections())
        )
      })
      return stopped
    }
  }
}

function isEvents(request: IncomingMessage): boolean {
  return request.method === 'GET' && request.url === '/events'
}

async function answerCall(
  routes: ReadonlyMap<string, ControlRoute>,
  request: IncomingMessage,
  response: ServerResponse,
  stopping: AbortSignal
): Promise<void> {
  const route = routes.get(`${request.method} ${request.url}`)
  if (route === undefined) {
    throw new BaseError('ROUTE_UNKNOWN', 'The control API has no such call.', {
      advice: 'Check that unhosted and the running daemon are of one version; restart the daemon after an update.'
    })
  }
  const hungUp = new AbortController()
  const onClose = (): void => hungUp.abort(cancelled(undefined, 'The caller hung up.'))
  response.once('close', onClose)
  try {
    const body = request.method === 'POST' ? await readBody(request) : undefined
    const answer = await route(body, { signal: AbortSignal.any([hungUp.signal, stopping]) })
    sendJson(response, 200, answer)
  } finally {
    response.off('close', onClose)
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBodyBytes) {
      throw new BaseError('REQUEST_TOO_LARGE', 'The control request is too large.')
    }
    chunks.push(chunk)
  }
  if (size === 0) return {}
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    throw new BaseError('REQUEST_MALFORMED', 'The control request is not JSON.', {
      advice: 'Use the unhosted command to talk to the daemon.',
      cause: error
    })
  }
}

/** Streams events until either side ends it; a reader that falls far behind is cut, so that memory stays bounded. */
function streamEvents(service: ControlService, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    response.flushHeaders()
    const unsubscribe = service.subscribe((event) => {
      response.write(`${JSON.stringify(event)}\n`)
      if (response.writableLength > maxEventBacklogBytes) response.destroy()
      else if (event.event === 'stopping') response.end()
    })
    response.once('close', () => {
      unsubscribe()
      resolve()
    })
  })
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return
  const text = JSON.stringify(body ?? null)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const known = isBaseError(error)
    ? error
    : new BaseError('INTERNAL', 'The daemon failed to do this.', {
        advice: 'Read daemon.log in the logs folder of the home folder, and report it.'
      })
  // What is left of a refused body is not read: the connection ends with the answer.
  response.setHeader('connection', 'close')
  const { code, message, advice } = known
  sendJson(response, known.status, { error: { code, message, advice } } satisfies ControlError)
}
