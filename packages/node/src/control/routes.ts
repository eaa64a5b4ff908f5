import { type ControlCall, type ControlCallName, controlCalls } from '@unhosted/core/control'
import { BaseError } from '@unhosted/core/errors'
import type { ZodType } from 'zod'
import type { CallOptions, ControlApi } from './service.ts'

/** Answers one call; `body` is still unknown and is parsed by the route itself. */
export type ControlRoute = (body: unknown, options: CallOptions) => Promise<unknown>

/** Every call of the control API, as `METHOD /path`. `GET /events` is a stream and lives in the server. */
export function controlRoutes(service: ControlApi): ReadonlyMap<string, ControlRoute> {
  const names = Object.keys(controlCalls) as ControlCallName[]
  return new Map(
    names.map((name) => {
      const { method, path, request }: ControlCall = controlCalls[name]
      return [`${method} ${path}`, request === null ? bare(service, name) : withBody(service, name, request)]
    })
  )
}

function bare(service: ControlApi, name: ControlCallName): ControlRoute {
  // The table says that this call takes no request.
  const answer = service[name] as (options: CallOptions) => Promise<unknown>
  return (_, options) => answer(options)
}

function withBody(service: ControlApi, name: ControlCallName, schema: ZodType): ControlRoute {
  // The table says that this call takes what its schema parses.
  const answer = service[name] as (request: unknown, options: CallOptions) => Promise<unknown>
  return (body, options) => {
    const parsed = schema.safeParse(body)
    if (parsed.success) return answer(parsed.data, options)
    const issue = parsed.error.issues[0]
    const where = issue === undefined || issue.path.length === 0 ? 'the body' : issue.path.join('.')
    throw new BaseError('REQUEST_MALFORMED', `The control request does not parse: ${where}: ${issue?.message ?? ''}.`, {
      advice: 'Check that unhosted and the running daemon are of one version; restart the daemon after an update.',
      cause: parsed.error
    })
  }
}
