import {
  acceptInviteRequestSchema,
  confirmPairingRequestSchema,
  createInviteRequestSchema,
  grantRequestSchema,
  modelRequestSchema,
  offerPairingRequestSchema,
  peerRequestSchema,
  planRequestSchema
} from '@unhosted/core/control'
import { BaseError } from '@unhosted/core/errors'
import type { ZodType } from 'zod'
import type { CallOptions, ControlService } from './service.ts'

/** Answers one call; `body` is still unknown and is parsed by the route itself. */
export type ControlRoute = (body: unknown, options: CallOptions) => Promise<unknown>

/** Every call of the control API, as `METHOD /path`. `GET /events` is a stream and lives in the server. */
export function controlRoutes(service: ControlService): Readonly<Record<string, ControlRoute>> {
  return {
    'GET /status': () => service.status(),
    'GET /peers': (_, options) => service.peers(options),
    'GET /models': () => service.servableModels(),
    'GET /doctor': (_, options) => service.doctor(options),
    'GET /pairings': () => service.pendingPairings(),
    'POST /invites': withBody(createInviteRequestSchema, (request) => service.createInvite(request)),
    'POST /invites/accept': withBody(acceptInviteRequestSchema, (request, options) =>
      service.acceptInvite(request, options)
    ),
    'POST /pairings': withBody(offerPairingRequestSchema, (request, options) => service.offerPairing(request, options)),
    'POST /pairings/confirm': withBody(confirmPairingRequestSchema, (request) => service.confirmPairing(request)),
    'POST /grants': withBody(grantRequestSchema, (request) => service.grant(request)),
    'POST /unpair': withBody(peerRequestSchema, (request) => service.unpair(request.peer)),
    'POST /links/measure': withBody(peerRequestSchema, (request, options) =>
      service.measureLink(request.peer, options)
    ),
    'POST /models/loaded': withBody(modelRequestSchema, async (request) => ({
      loaded: service.isModelLoaded(request.modelId)
    })),
    'POST /plan': withBody(planRequestSchema, (request, options) => service.plan(request, options)),
    'POST /stop': async () => {
      await service.stop()
      return { stopping: true }
    }
  }
}

function withBody<T>(schema: ZodType<T>, answer: (request: T, options: CallOptions) => Promise<unknown>): ControlRoute {
  return async (body, options) => {
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
