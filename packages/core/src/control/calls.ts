import { z } from 'zod'
import { linkSchema } from '../facts/inventory/index.ts'
import { boundedList, type DeepReadonly } from '../shapes/index.ts'
import { healthWarningSchema } from './health-warning.ts'
import {
  acceptInviteRequestSchema,
  confirmPairingRequestSchema,
  createInviteRequestSchema,
  grantRequestSchema,
  modelRequestSchema,
  offerPairingRequestSchema,
  peerRequestSchema,
  planRequestSchema
} from './requests.ts'
import {
  daemonStatusSchema,
  grantedViewSchema,
  inviteViewSchema,
  pairedPeerViewSchema,
  pairingViewSchema,
  peersReportSchema,
  planReportSchema,
  servableModelSchema
} from './views.ts'

/** One call of the control API. */
export interface ControlCall {
  readonly method: 'GET' | 'POST'
  readonly path: `/${string}`
  /** Body that the daemon takes; null where it takes none. */
  readonly request: z.ZodType | null
  readonly answer: z.ZodType
}

/**
 * Every call of the control API, by name. The daemon's routes and the client are made from it. `GET /events` is a
 * stream and stands apart. Every call may throw CANCELLED; what else it throws stands beside it.
 */
export const controlCalls = {
  status: { method: 'GET', path: '/status', request: null, answer: daemonStatusSchema },
  peers: { method: 'GET', path: '/peers', request: null, answer: peersReportSchema },
  /** Models of this machine and of the machines that let us ask. */
  servableModels: { method: 'GET', path: '/models', request: null, answer: boundedList(servableModelSchema) },
  /** Everything the daemon knows to be wrong. */
  doctor: { method: 'GET', path: '/doctor', request: null, answer: boundedList(healthWarningSchema) },
  /** Pairings of this moment, from either side, that are not yet paired or failed. */
  pendingPairings: { method: 'GET', path: '/pairings', request: null, answer: boundedList(pairingViewSchema) },
  createInvite: { method: 'POST', path: '/invites', request: createInviteRequestSchema, answer: inviteViewSchema },
  /** Answers once both sides have stored each other. INVITE_* | PEER_UNREACHABLE | IDENTITY_CHANGED */
  acceptInvite: {
    method: 'POST',
    path: '/invites/accept',
    request: acceptInviteRequestSchema,
    answer: pairedPeerViewSchema
  },
  /**
   * Offer an interactive pairing. Answers as soon as the other side has been reached; what follows arrives as `pairing`
   * events. PEER_UNKNOWN | PEER_UNREACHABLE | PAIRING_REFUSED
   */
  offerPairing: { method: 'POST', path: '/pairings', request: offerPairingRequestSchema, answer: pairingViewSchema },
  /**
   * Answer for the person on this machine. The pairing as it then stands: `waiting` until the other person has answered
   * as well. PAIRING_TIMEOUT | PAIRING_REFUSED (no such pairing any more)
   */
  confirmPairing: {
    method: 'POST',
    path: '/pairings/confirm',
    request: confirmPairingRequestSchema,
    answer: pairingViewSchema
  },
  /** Changes what a paired peer may do here, at once; leases that are no longer granted end. PEER_UNKNOWN */
  grant: { method: 'POST', path: '/grants', request: grantRequestSchema, answer: grantedViewSchema },
  /** Takes effect at once on both sides. PEER_UNKNOWN */
  unpair: { method: 'POST', path: '/unpair', request: peerRequestSchema, answer: pairedPeerViewSchema },
  /** Measure round trip and throughput now. PEER_UNKNOWN | PEER_UNREACHABLE */
  measureLink: { method: 'POST', path: '/links/measure', request: peerRequestSchema, answer: linkSchema },
  /** Whether an instance of the model is loading or loaded here. */
  isModelLoaded: {
    method: 'POST',
    path: '/models/loaded',
    request: modelRequestSchema,
    answer: z.object({ loaded: z.boolean() })
  },
  /** MODEL_UNKNOWN */
  plan: { method: 'POST', path: '/plan', request: planRequestSchema, answer: planReportSchema },
  /** Begin to stop; answers at once. */
  stop: { method: 'POST', path: '/stop', request: null, answer: z.object({ stopping: z.literal(true) }) }
} as const satisfies Readonly<Record<string, ControlCall>>

export type ControlCallName = keyof typeof controlCalls

/** What a call takes; null where it takes nothing. */
export type ControlRequest<N extends ControlCallName> = (typeof controlCalls)[N]['request'] extends infer R
  ? R extends z.ZodType
    ? DeepReadonly<z.output<R>>
    : null
  : never

export type ControlAnswer<N extends ControlCallName> = DeepReadonly<z.output<(typeof controlCalls)[N]['answer']>>
