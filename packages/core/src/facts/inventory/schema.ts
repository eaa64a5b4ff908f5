import { z } from 'zod'
import { boundedMs, type DeepReadonly } from '../../shapes/index.ts'

/** Longest list a peer may send of anything here; a bound, not a promise. */
const maxDevices = 64
const maxModels = 4096

/** An amount of memory or disk, bytes; 1 PiB is more than any machine has. */
export const byteCountSchema = z
  .number()
  .int()
  .min(0)
  .max(2 ** 50)
/** 256 bits (a SHA-256, a secret), lower-case hex. */
export const hex256Schema = z.string().regex(/^[0-9a-f]{64}$/)
export const peerIdSchema = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{40,70}$/)
/** sha256 of a model's file (of the first file's, where it is split), lower-case hex: its identity everywhere. */
export const modelIdSchema = hex256Schema.describe("SHA-256 of a model's first file")
/** Printable text without control characters, so that it is safe on a terminal. */
export const displayNameSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u)

/** The engine's own name for a device: `CPU`, `CUDA0`, `Vulkan1`, `Metal`. */
export const deviceIdSchema = z.string().regex(/^[A-Za-z]{2,16}\d{0,3}$/)

/** A place where layers can live, as the engine names it. */
export const deviceSchema = z.strictObject({
  id: deviceIdSchema,
  kind: z.enum(['cpu', 'gpu']),
  description: displayNameSchema,
  totalBytes: byteCountSchema,
  freeBytes: byteCountSchema,
  /** What the owner's --memory leaves for this daemon's own use now: limit less what is reserved, at most freeBytes. */
  usableBytes: byteCountSchema,
  /** What peers may still have of it now: --lend-memory less what is lent, at most usableBytes. */
  lendableBytes: byteCountSchema
})
export type Device = DeepReadonly<z.infer<typeof deviceSchema>>

/** A model that a machine holds. */
export const heldModelSchema = z.strictObject({
  id: modelIdSchema,
  /** Names it answers to there: `tiny`, `qwen3:8b`. The first is the preferred one. */
  names: z
    .array(
      z
        .string()
        .min(1)
        .max(200)
        .regex(/^[\w.:/@+-]+$/)
    )
    .min(1)
    .max(16),
  sizeBytes: byteCountSchema,
  architecture: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\w.-]+$/),
  /** Whether an instance is loaded and answers now. */
  loaded: z.boolean()
})
export type HeldModel = DeepReadonly<z.infer<typeof heldModelSchema>>

/** What a machine tells its paired peers of itself. */
export const inventorySchema = z.strictObject({
  peerId: peerIdSchema,
  name: displayNameSchema,
  /** Unhosted's own version. */
  version: z.string().max(32),
  /** `llama.cpp/<release> rpc/<major.minor.patch>`; null while no engine is there. Plans need equality. */
  engineVersion: z.string().max(64).nullable(),
  platform: z.string().max(32),
  cpu: z.strictObject({ model: displayNameSchema, cores: z.number().int().min(1).max(4096) }),
  devices: z.array(deviceSchema).max(maxDevices),
  models: z.array(heldModelSchema).max(maxModels)
})
export type Inventory = DeepReadonly<z.infer<typeof inventorySchema>>

/** A measured link to a peer. Source: ping round trips and a short transfer, see docs/protocol.md. */
export const linkSchema = z.object({
  roundTripMs: boundedMs,
  jitterMs: boundedMs,
  /** null until a transfer was measured. */
  bytesPerSecond: z.number().min(0).nullable(),
  /** Whether peers reach each other without a relay. */
  direct: z.boolean()
})
export type Link = DeepReadonly<z.infer<typeof linkSchema>>
