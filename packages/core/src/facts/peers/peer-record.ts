import { z } from 'zod'
import type { DeepReadonly } from '../../shapes/index.ts'
import { displayNameSchema, peerIdSchema } from '../inventory/index.ts'

/** How far trust reaches. `public` peers are never stored here. */
export const radiusSchema = z.enum(['local', 'trusted'])
export type Radius = z.infer<typeof radiusSchema>

/**
 * What a paired peer may do here. Deny by default: a missing grant is a refusal. Other fields are dropped: versions
 * before 0.2 wrote `models`, which granted nothing.
 */
export const grantsSchema = z.object({
  /** May send whole requests. */
  infer: z.boolean(),
  /** May lease memory for layers. */
  pool: z.boolean()
})
export type Grants = DeepReadonly<z.infer<typeof grantsSchema>>

/** What a peer may do once it is paired: one's own machines all, a friend's whole requests only. */
export const defaultGrants: Readonly<Record<Radius, Grants>> = {
  local: { infer: true, pool: true },
  trusted: { infer: true, pool: false }
}

/** A paired peer as kept in the home folder. */
export const peerRecordSchema = z.strictObject({
  peerId: peerIdSchema,
  name: displayNameSchema,
  radius: radiusSchema,
  grants: grantsSchema,
  /** Multiaddrs that worked, newest first; for peers that mDNS does not reach. */
  addresses: z.array(z.string().max(256)).max(16),
  /** Unix time, ms. */
  pairedAt: z.number().int().min(0)
})
export type PeerRecord = Readonly<z.infer<typeof peerRecordSchema>>
