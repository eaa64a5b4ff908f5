import { z } from 'zod'
import { displayNameSchema, modelIdSchema, peerIdSchema } from '../facts/inventory/index.ts'
import { modelNameSchema } from './lease.ts'
import { wireErrorSchema } from './wire-error.ts'

/** One stream of this protocol is one request and its answer. */
export const inferProtocol = '/unhosted/infer/1'

/** Largest request body a peer may send, bytes. */
export const maxInferBodyBytes = 32 * 1024 * 1024
/** Largest body frame, bytes; small enough that a stream of them shares a link fairly. */
export const inferChunkBytes = 64 * 1024
/** The serving side says something at least this often, so that silence means that it is gone. */
export const inferKeepaliveMs = 5000
/** Longest silence of the serving side that the asking side bears. */
export const inferSilenceMs = 20_000

/** Paths that a peer may ask for. */
export const inferPaths = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/responses',
  '/v1/messages',
  '/v1/messages/count_tokens',
  '/v1/rerank'
] as const

/** Headers that travel with a request and with an answer; all others stay behind. */
export const inferRequestHeaders = ['content-type', 'accept', 'anthropic-version', 'anthropic-beta'] as const
export const inferResponseHeaders = ['content-type', 'cache-control', 'retry-after'] as const

const headerValue = z
  .string()
  .max(1024)
  .regex(/^[\t\x20-\x7e]*$/)

/** First frame, asking side to serving side; body frames follow until `bodyBytes` have come. The model is named in the body. */
export const inferRequestSchema = z.strictObject({
  path: z.enum(inferPaths),
  headers: z.partialRecord(z.enum(inferRequestHeaders), headerValue),
  bodyBytes: z.number().int().min(0).max(maxInferBodyBytes)
})
export type InferRequestMessage = Readonly<z.infer<typeof inferRequestSchema>>

const placementSchema = z.strictObject({
  modelId: modelIdSchema,
  modelName: modelNameSchema,
  servedBy: z.strictObject({ peerId: peerIdSchema, machine: displayNameSchema }),
  plan: z
    .string()
    .max(4096)
    .regex(/^[^\p{Cc}\p{Cf}]*$/u)
})

/** Frames of the answer begin with one byte that says what follows. */
export const inferFrameKind = { message: 0x00, body: 0x01 } as const

/** Messages of the serving side. Only `end` without an error makes the answer whole. */
export const inferMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('keepalive') }),
  z.strictObject({ type: z.literal('placement'), placement: placementSchema }),
  z.strictObject({
    type: z.literal('head'),
    /** A final one: what comes before an answer, and switching protocols, is between a client and its gateway. */
    status: z.number().int().min(200).max(599),
    headers: z.partialRecord(z.enum(inferResponseHeaders), headerValue),
    placement: placementSchema
  }),
  z.strictObject({ type: z.literal('end'), error: wireErrorSchema.nullable() })
])
export type InferMessage = Readonly<z.infer<typeof inferMessageSchema>>
