import { z } from 'zod'
import { displayNameSchema, hex256Schema } from '../facts/inventory/index.ts'
import { radiusSchema } from '../facts/peers/index.ts'
import { announcedAddressesSchema } from './hello.ts'

/**
 * The one protocol that strangers may open. The first message says what is wanted: an interactive
 * pairing (`offer`), an invite taken up (`redeem`), the end of a pairing (`unpair`), or only who is
 * there (`greet`, answered in kind).
 */
export const pairProtocol = '/unhosted/pair/1'

/** 128 random bits, base64url. */
export const inviteTokenSchema = z.string().regex(/^[A-Za-z0-9_-]{22}$/)

const introduction = { name: displayNameSchema, addresses: announcedAddressesSchema }

const pairRefusals = [
  'PAIRING_REFUSED',
  'PAIRING_MISMATCH',
  'PAIRING_TIMEOUT',
  'INVITE_INVALID',
  'INVITE_EXPIRED',
  'INVITE_USED',
  'PEER_PROTOCOL'
] as const
export type PairRefusal = (typeof pairRefusals)[number]

/** Every message on the pairing protocol. Radii say what the sender will grant the receiver. */
export const pairMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('offer'), ...introduction, radius: radiusSchema, commit: hex256Schema }),
  z.strictObject({ type: z.literal('answer'), ...introduction, nonce: hex256Schema }),
  z.strictObject({ type: z.literal('reveal'), nonce: hex256Schema }),
  z.strictObject({ type: z.literal('confirm') }),
  z.strictObject({ type: z.literal('stored') }),
  z.strictObject({ type: z.literal('redeem'), ...introduction, token: inviteTokenSchema }),
  z.strictObject({ type: z.literal('redeemed'), ...introduction }),
  z.strictObject({ type: z.literal('unpair') }),
  z.strictObject({ type: z.literal('greet'), ...introduction }),
  z.strictObject({ type: z.literal('refuse'), code: z.enum(pairRefusals) })
])
export type PairMessage = Readonly<z.infer<typeof pairMessageSchema>>
