import { z } from 'zod'
import { displayNameSchema, inventorySchema } from '../facts/inventory/index.ts'
import { grantsSchema } from '../facts/peers/index.ts'
import type { DeepReadonly } from '../shapes/index.ts'

/** One stream is one exchange: the opener says who it is and what it has, the other side answers in kind. */
export const helloProtocol = '/unhosted/hello/1'

/** Most addresses a peer may announce of itself. */
export const maxAnnouncedAddresses = 16

/** `/ip4/192.168.1.7/tcp/7776` style, without the peer id. */
export const announcedAddressSchema = z
  .string()
  .max(128)
  .regex(/^\/(?:ip4|ip6|dns4|dns6)\/[0-9A-Za-z.:-]{1,100}\/tcp\/\d{1,5}$/)

export const announcedAddressesSchema = z.array(announcedAddressSchema).max(maxAnnouncedAddresses)

/** What a machine says of itself to a paired peer, both ways. */
export const helloSchema = z.strictObject({
  type: z.literal('hello'),
  name: displayNameSchema,
  /** Unhosted's own version. */
  version: z.string().max(32),
  /** Where it listens, so that it is found again without mDNS. */
  addresses: announcedAddressesSchema,
  /** What it lets the one it speaks to do. */
  grants: grantsSchema,
  /** null until the machine has taken stock. */
  inventory: inventorySchema.nullable()
})
export type Hello = DeepReadonly<z.infer<typeof helloSchema>>
