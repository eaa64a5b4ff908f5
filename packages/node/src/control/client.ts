import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import {
  type ControlCall,
  type ControlCallName,
  controlCalls,
  controlVersion,
  type DaemonEvent,
  daemonEventSchema
} from '@unhosted/core/control'
import { BaseError, cancelled, isBaseError, parseBaseError } from '@unhosted/core/errors'
import type { ZodType } from 'zod'
import { fileError, hasErrno } from '../base/index.ts'
import type { HomePaths } from '../store/index.ts'
import type { CallOptions, ControlApi } from './service.ts'

/** Largest answer, bytes; 4,096 models on 64 peers stay below it. */
const maxAnswerBytes = 64 * 1024 * 1024

const restartAdvice = 'Restart the daemon with the same version of Unhosted as this command.'

/** Calls the daemon of one home folder. Every call throws BaseError: DAEMON_NOT_RUNNING, CANCELLED, or what the daemon threw. */
export interface ControlClient extends ControlApi {
  /**
   * Subscribed once the promise resolves, so that what is asked afterwards cannot be missed.
   * The stream ends when the daemon stops, and throws CANCELLED on abort.
   */
  events(options: CallOptions): Promise<AsyncIterable<DaemonEvent>>
}

export function createControlClient(paths: HomePaths): ControlClient {
  const names = Object.keys(controlCalls) as ControlCallName[]
  const calls = Object.fromEntries(names.map((name) => [name, caller(paths, name)])) as Record<ControlCallName, Caller>
  return {
    // Made from the table that the type is made from.
    ...(calls as ControlApi),
    events: async (options) =>
      readEvents(await send(paths, { method: 'GET', path: '/events' }, undefined, options), options)
  }
}

type Caller = (...args: readonly [request: unknown, options: CallOptions] | readonly [options: CallOptions]) => unknown

function caller(paths: HomePaths, name: ControlCallName): Caller {
  const target: ControlCall = controlCalls[name]
  return async (...args) => {
    const [body, options] = args.length === 2 ? args : [undefined, args[0]]
    const response = await send(paths, target, target.method === 'POST' ? (body ?? {}) : undefined, options)
    const answer = await readAnswer(response, options)
    if (response.statusCode !== 200) throw rebuildError(answer)
    return parseAnswer(`${target.method} ${target.path}`, target.answer, answer)
  }
}

/** @throws BaseError INTERNAL naming the call */
function parseAnswer<T>(call: string, schema: ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? 'the answer' : issue.path.join('.')
  throw new BaseError('INTERNAL', `The daemon's answer to ${call} does not parse: ${where}: ${issue?.message ?? ''}.`, {
    advice: restartAdvice,
    cause: parsed.error
  })
}

function send(
  paths: HomePaths,
  { method, path }: Pick<ControlCall, 'method' | 'path'>,
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
      for (const line of lines) yield parseAnswer('GET /events', daemonEventSchema, JSON.parse(line))
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
      advice: restartAdvice
    })
  )
}

function connectError(paths: HomePaths, error: Error, options: CallOptions): unknown {
  if (options.signal.aborted) return cancelled(error)
  if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ECONNREFUSED')) {
    return new BaseError('DAEMON_NOT_RUNNING', `No daemon runs on ${paths.home}.`, {
      cause: error
    })
  }
  if (hasErrno(error, 'ECONNRESET') || hasErrno(error, 'EPIPE')) return streamError(error, options)
  return fileError(paths.controlSocket, error)
}

function streamError(error: unknown, options: CallOptions): BaseError {
  if (isBaseError(error)) return error
  if (options.signal.aborted) return cancelled(error)
  return new BaseError('DAEMON_NOT_RUNNING', 'The daemon stopped in the middle of the call.', {
    cause: error
  })
}
