import type { Config } from '@unhosted/core/config'
import type { DaemonEvent } from '@unhosted/core/control'
import type { FastifyInstance } from 'fastify'
import type { Clock, Part } from '../base/index.ts'
import type { Log } from '../log/index.ts'
import type { Dispatcher } from '../router/types.ts'

/** The settings under `gateway`, see core's config. */
export type GatewayConfig = Config['gateway']

export interface GatewayLimits {
  /** Largest request body, bytes: room for a few images. */
  readonly maxBodyBytes: number
  /** Largest answer that is held whole before it is passed on, bytes. */
  readonly maxHeldAnswerBytes: number
  /** A client may take this long to send its headers, ms. */
  readonly headersTimeoutMs: number
  /** A client may take this long to send a whole request, ms. */
  readonly requestTimeoutMs: number
  /** An idle connection is kept this long, ms. */
  readonly keepAliveTimeoutMs: number
  /** A client that takes nothing of its answer for this long is given up, ms. */
  readonly stalledClientMs: number
  /** A stream that has nothing to say yet answers with a comment after this long, ms. Faster errors keep their status. */
  readonly firstCommentMs: number
  /** Then one comment each, ms. */
  readonly commentEveryMs: number
  readonly maxConnections: number
}

export const defaultGatewayLimits: GatewayLimits = {
  maxBodyBytes: 64 * 1024 * 1024,
  maxHeldAnswerBytes: 64 * 1024 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 120_000,
  keepAliveTimeoutMs: 65_000,
  stalledClientMs: 120_000,
  firstCommentMs: 1500,
  commentEveryMs: 5000,
  maxConnections: 512
}

/**
 * What is told of each request once it is answered; never its content.
 * @internal For its test.
 */
export type RequestEvent = Extract<DaemonEvent, { readonly event: 'request' }>

export interface GatewayOptions {
  readonly dispatcher: Dispatcher
  readonly config: GatewayConfig
  readonly limits?: Partial<GatewayLimits>
  readonly log: Log
  readonly clock: Clock
  readonly self: { readonly peerId: string; readonly name: string }
  readonly onRequest: (event: RequestEvent) => void
}

export interface Gateway extends Part {
  /** `http://127.0.0.1:7777` from the start on; empty before. */
  readonly endpoint: string
  /** @throws BaseError PORT_IN_USE | API_KEYS_MISSING | CONFIG_INVALID | CANCELLED */
  start(signal: AbortSignal): Promise<void>
  /** Ends running answers with an error, then every connection. */
  stop(): Promise<void>
  /** For `inject` in tests. */
  readonly app: FastifyInstance
}
