import { z } from 'zod'
import { contextSizeSchema } from '../config/index.ts'
import { modelIdSchema } from '../facts/inventory/index.ts'
import { modelReferenceSchema } from '../facts/models/index.ts'
import { radiusSchema } from '../facts/peers/index.ts'
import { maxInviteLength } from '../trust/index.ts'

/** Version of the control API; the CLI and the daemon of one home folder must agree on it. */
export const controlVersion = '1'

/** Longest life an invite may be given: a week. */
const maxInviteMs = 7 * 864e5

/** A peer as a person names it: its name, its id, or enough of the end of its id. */
const peerReferenceSchema = z.string().min(1).max(128)
const pairingIdSchema = z.string().min(1).max(64)
/** Room beyond the longest invite, so that one that is too long fails as an invite and not as a request. */
const inviteTextSchema = z
  .string()
  .min(1)
  .max(2 * maxInviteLength)
const multiaddrSchema = z.string().min(1).max(256)

export const createInviteRequestSchema = z.strictObject({
  radius: radiusSchema,
  expiresInMs: z.number().int().min(1000).max(maxInviteMs)
})
export type CreateInviteRequest = Readonly<z.infer<typeof createInviteRequestSchema>>

export const acceptInviteRequestSchema = z.strictObject({
  invite: inviteTextSchema,
  /** Radius that this side gives the issuer; null takes the one that the invite proposes. */
  radius: radiusSchema.nullable()
})
export type AcceptInviteRequest = Readonly<z.infer<typeof acceptInviteRequestSchema>>

export const offerPairingRequestSchema = z
  .strictObject({
    /** A seen peer; null where only an address is known. */
    peer: peerReferenceSchema.nullable(),
    /** Multiaddr or `host:port` of a peer that mDNS does not reach; null to use the seen ones. */
    address: multiaddrSchema.nullable(),
    radius: radiusSchema
  })
  .refine((request) => request.peer !== null || request.address !== null, 'a peer or an address is needed')
export type OfferPairingRequest = Readonly<z.infer<typeof offerPairingRequestSchema>>

export const confirmPairingRequestSchema = z.strictObject({
  id: pairingIdSchema,
  /** Whether the person says that the digits are the same on both screens. */
  accept: z.boolean(),
  radius: radiusSchema
})
export type ConfirmPairingRequest = Readonly<z.infer<typeof confirmPairingRequestSchema>>

export const grantRequestSchema = z.strictObject({
  peer: peerReferenceSchema,
  /** Whether the peer may send whole requests; null leaves it as it is. */
  infer: z.boolean().nullable(),
  /** Whether it may borrow memory; null leaves it as it is. */
  pool: z.boolean().nullable()
})

export const peerRequestSchema = z.strictObject({ peer: peerReferenceSchema })
export const modelRequestSchema = z.strictObject({ modelId: modelIdSchema })

export const planRequestSchema = z.strictObject({
  model: modelReferenceSchema,
  /** Tokens; null takes the daemon's default for the model. */
  contextSize: contextSizeSchema.nullable()
})
