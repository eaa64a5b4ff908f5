import { z } from 'zod'
import { byteCountSchema, deviceIdSchema, hex256Schema, modelIdSchema } from '../facts/inventory/index.ts'
import { modelReferenceSchema } from '../facts/models/index.ts'
import { wireErrorSchema } from './wire-error.ts'

/** One stream of this protocol is one lease: it begins, lives and ends with the stream. */
export const leaseProtocol = '/unhosted/lease/1'

/** Each side sends a beat this often. */
export const leaseBeatMs = 1000
/** Beats in a row that may be missed before the other side counts as gone. */
export const leaseMissedBeats = 4

/** SHA-256 of a certificate's DER form, lower-case hex. */
const fingerprintSchema = hex256Schema
const leaseIdSchema = z.string().regex(/^[0-9a-f]{32}$/)

/** What the model was asked for by, safe to print. */
export const modelNameSchema = modelReferenceSchema.regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u)

/** First message, head to lender. */
export const leaseRequestSchema = z.strictObject({
  type: z.literal('request'),
  deviceId: deviceIdSchema,
  bytes: byteCountSchema.min(1),
  modelId: modelIdSchema,
  modelName: modelNameSchema,
  engineVersion: z.string().min(1).max(64),
  /** The head's certificate for the TLS tunnel of this lease. */
  fingerprint: fingerprintSchema
})
export type LeaseRequestMessage = Readonly<z.infer<typeof leaseRequestSchema>>

/** Answer to the request, lender to head. */
export const leaseReplySchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('granted'),
    leaseId: leaseIdSchema,
    /** Known to the two sides only; each tunnel connection opens with it. */
    secret: hex256Schema,
    /** Where the lender listens with TLS for this lease, on the address of the control stream; null where it cannot. */
    tls: z.strictObject({ port: z.number().int().min(1).max(65535), fingerprint: fingerprintSchema }).nullable()
  }),
  z.strictObject({ type: z.literal('refused'), error: wireErrorSchema })
])
type LeaseReply = Readonly<z.infer<typeof leaseReplySchema>>
export type LeaseGranted = Extract<LeaseReply, { type: 'granted' }>

/** Everything after the answer, both ways. */
export const leaseMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('beat') }),
  z.strictObject({ type: z.literal('end'), error: wireErrorSchema.nullable() })
])
