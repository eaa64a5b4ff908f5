import { z } from 'zod'
import { modelIdSchema } from '../facts/inventory/index.ts'
import { wireErrorSchema } from './wire-error.ts'

/** One stream of this protocol is one lease: it begins, lives and ends with the stream. */
export const leaseProtocol = '/unhosted/lease/1'

/** Each side sends a beat this often. */
export const leaseBeatMs = 1000
/** Beats in a row that may be missed before the other side counts as gone. */
export const leaseMissedBeats = 4

/** SHA-256 of a certificate's DER form, lower-case hex. */
const fingerprintSchema = z.string().regex(/^[0-9a-f]{64}$/)
const leaseIdSchema = z.string().regex(/^[0-9a-f]{32}$/)

/** As long as a request may name a model, see maxModelNameLength. */
export const modelNameSchema = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u)

/** First message, head to lender. */
export const leaseRequestSchema = z.strictObject({
  type: z.literal('request'),
  deviceId: z.string().regex(/^[A-Za-z]{2,16}\d{0,3}$/),
  bytes: z
    .number()
    .int()
    .min(1)
    .max(2 ** 50),
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
    secret: z.string().regex(/^[0-9a-f]{64}$/),
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
