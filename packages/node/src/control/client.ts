import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import {
  type AcceptInviteRequest,
  type ConfirmPairingRequest,
  type CreateInviteRequest,
  controlVersion,
  type DaemonEvent,
  type DaemonStatus,
  daemonEventSchema,
  type GrantedView,
  type GrantRequest,
  type HealthWarning,
  type InviteView,
  type OfferPairingRequest,
  type PairedPeerView,
  type PairingView,
  type PeersReport,
  type PlanReport,
  type PlanRequest,
  type ServableModel
} from '@unhosted/core/control'
import { BaseError, cancelled, parseBaseError } from '@unhosted/core/errors'
import type { Link } from '@unhosted/core/inventory'
import { fileError, hasErrno } from '../base/index.ts'
import type { HomePaths } from '../store/index.ts'
import type { CallOptions } from './service.ts'

/** Largest answer, bytes; 4,096 models on 64 peers stay below it. */
const maxAnswerBytes = 64 * 1024 * 1024

/** Calls the daemon of one home folder. Every call throws BaseError: DAEMON_NOT_RUNNING, CANCELLED, or what the daemon threw. */
export interface ControlClient {
  status(options: CallOptions): Promise<DaemonStatus>
  peers(options: CallOptions): Promise<PeersReport>
  createInvite(request: CreateInviteRequest, options: CallOptions): Promise<InviteView>
  acceptInvite(request: AcceptInviteRequest, options: CallOptions): Promise<PairedPeerView>
  offerPairing(request: OfferPairingRequest, options: CallOptions): Promise<PairingView>
  pendingPairings(options: CallOptions): Promise<readonly PairingView[]>
  confirmPairing(request: ConfirmPairingRequest, options: CallOptions): Promise<PairingView>
  grant(request: GrantRequest, options: CallOptions): Promise<GrantedView>
  unpair(peer: string, options: CallOptions): Promise<PairedPeerView>
  measureLink(peer: string, options: CallOptions): Promise<Link>
  servableModels(options: CallOptions): Promise<readonly ServableModel[]>
  isModelLoaded(modelId: string, options: CallOptions): Promise<boolean>
  plan(request: PlanRequest, options: CallOptions): Promise<PlanReport>
  doctor(options: CallOptions): Promise<readonly HealthWarning[]>
  stop(options: CallOptions): Promise<void>
  /**
   * Subscribed once the promise resolves, so that what is asked afterwards cannot be missed.
   * The stream ends when the daemon stops, and throws CANCELLED on abort.
   */
  events(options: CallOptions): Promise<AsyncIterable<DaemonEvent>>
}

export function createControlClient(paths: HomePaths): ControlClient {
  // The daemon is the same user's, of the same version (checked by header): its answers are typed, not parsed.
  const get = <T>(path: string, options: CallOptions): Promise<T> => call<T>(paths, 'GET', path, undefined, options)
  const post = <T>(path: string, body: unknown, options: CallOptions): Promise<T> =>
    call<T>(paths, 'POST', path, body, options)
  return {
    status: (options) => get('/status', options),
    peers: (options) => get('/peers', options),
    createInvite: (request, options) => post('/invites', request, options),
    acceptInvite: (request, options) => post('/invites/accept', request, options),
    offerPairing: (request, options) => post('/pairings', request, options),
    pendingPairings: (options) => get('/pairings', options),
    confirmPairing: (request, options) => post('/pairings/confirm', request, options),
    grant: (request, options) => post('/grants', request, options),
    unpair: (peer, options) => post('/unpair', { peer }, options),
    measureLink: (peer, options) => post('/links/measure', { peer }, options),
    servableModels: (options) => get('/models', options),
    isModelLoaded: async (modelId, options) =>
      (await post<{ loaded: boolean }>('/models/loaded', { modelId }, options)).loaded,
    plan: (request, options) => post('/plan', request, options),
    doctor: (options) => get('/doctor', options),
    stop: async (options) => {
      await post('/stop', {}, options)
    },
    events: async (options) => readEvents(await send(paths, 'GET', '/events', undefined, options), options)
  }
}

async function call<T>(
  paths: HomePaths,
  method: 'GET' | 'POST',
  path: string,
  body: unknown,
  options: CallOptions
): Promise<T> {
  const response = await send(paths, method, path, body, options)
  const answer = await readAnswer(response, options)
  if (response.statusCode === 200) return answer as T
  throw rebuildError(answer)
}

function send(
  paths: HomePaths,
  method: 'GET' | 'POST',
  path: string,
  body: unknown,
  options: CallOptions
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const headers: Record<string, string | number> =
      text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
    const request: ClientRequest = httpRequest(
      { socketPath: paths.controlSocket, method, path, headers, signal: options.signal, agent: false },
      (response) => {
        if (response.headers['x-unhosted-control'] === controlVersion) return resolve(response)
        response.destroy()
        reject(
          new BaseError('DAEMON_RUNNING', 'The running daemon is of another version of Unhosted.', {
            advice: 'Stop that daemon and start it again with this version.'
          })
        )
      }
    )
    request.once('error', (error) => reject(connectError(paths, error, options)))
    request.end(text)
  })
}

async function readAnswer(response: IncomingMessage, options: CallOptions): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxAnswerBytes) throw new Error('the answer is larger than any that the daemon sends')
      chunks.push(chunk)
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    throw streamError(error, options)
  }
}

async function* readEvents(response: IncomingMessage, options: CallOptions): AsyncGenerator<DaemonEvent> {
  response.setEncoding('utf8')
  let rest = ''
  try {
    for await (const chunk of response as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > maxAnswerBytes) throw new Error('the event is larger than any that the daemon sends')
      for (const line of lines) yield daemonEventSchema.parse(JSON.parse(line)) as DaemonEvent
    }
  } catch (error) {
    throw streamError(error, options)
  } finally {
    response.destroy()
  }
}

function rebuildError(answer: unknown): BaseError {
  const document = typeof answer === 'object' && answer !== null && 'error' in answer ? answer.error : undefined
  return (
    parseBaseError(document) ??
    new BaseError('INTERNAL', 'The daemon answered with an error that does not parse.', {
      advice: 'Restart the daemon with this version of Unhosted.'
    })
  )
}

function connectError(paths: HomePaths, error: Error, options: CallOptions): unknown {
  if (options.signal.aborted) return cancelled(error)
  if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ECONNREFUSED')) {
    return new BaseError('DAEMON_NOT_RUNNING', `No daemon runs on ${paths.home}.`, {
      advice: 'Start one with: unhosted serve',
      cause: error
    })
  }
  if (hasErrno(error, 'ECONNRESET') || hasErrno(error, 'EPIPE')) return streamError(error, options)
  return fileError(paths.controlSocket, error)
}

function streamError(error: unknown, options: CallOptions): BaseError {
  if (options.signal.aborted) return cancelled(error)
  return new BaseError('DAEMON_NOT_RUNNING', 'The daemon stopped in the middle of the call.', {
    advice: 'Start it again with: unhosted serve',
    cause: error
  })
}
