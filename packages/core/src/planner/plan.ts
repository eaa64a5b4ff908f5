import { z } from 'zod'
import { boundedLine, boundedList, boundedText, count, type DeepReadonly } from '../shapes/index.ts'
import { bytes } from '../units.ts'

/** Sums over many machines are larger than `byteCountSchema` allows. */
const byteSum = z.number().min(0).transform(bytes)

/** Bytes that one device needs for its share of a model. */
const memoryNeedSchema = z.object({
  weights: byteSum,
  kv: byteSum,
  compute: byteSum,
  /** The three above and the reserve against over-commit: what to reserve, lease, and hold a budget against. */
  total: byteSum
})
export type MemoryNeed = DeepReadonly<z.output<typeof memoryNeedSchema>>

/** What the head's CPU holds although it has no layers: the embedding table, its scratch, the process. */
const hostShareSchema = z.object({ deviceId: boundedLine, need: memoryNeedSchema, budgetBytes: byteSum })
export type HostShare = DeepReadonly<z.output<typeof hostShareSchema>>

/** Consecutive layers on one device of one machine. */
const segmentSchema = z.object({
  peerId: boundedLine,
  machine: boundedLine,
  deviceId: boundedLine,
  deviceKind: z.enum(['cpu', 'gpu']),
  /** First layer, counted from 0. */
  firstLayer: count,
  /** Repeating layers here; the output layer is extra. */
  layerCount: count,
  /** Whether the output layer lives here too (always the last segment). */
  output: z.boolean(),
  need: memoryNeedSchema,
  /** What this device may give to the plan. */
  budgetBytes: byteSum
})
export type Segment = DeepReadonly<z.output<typeof segmentSchema>>

/** Why a device or a whole machine has no part in a plan. */
const exclusionSchema = z.object({
  peerId: boundedLine,
  machine: boundedLine,
  /** null when the whole machine is out. */
  deviceId: boundedLine.nullable(),
  reason: z.enum([
    'not-needed',
    'too-small',
    'nothing-lent',
    'engine-version',
    'no-engine',
    'no-grant',
    'offline',
    'recently-lost',
    'slower-link'
  ]),
  /** One sentence for people. */
  explanation: boundedText
})
export type Exclusion = DeepReadonly<z.output<typeof exclusionSchema>>

/** An explicit layout of one model over devices. Segments are in layer order, and cover every layer once. */
export const planSchema = z.object({
  modelId: boundedLine,
  modelName: boundedLine,
  contextSize: count,
  kind: z.enum(['solo', 'pool']),
  /** The machine that runs llama-server: the planning machine itself. */
  headPeerId: boundedLine,
  /** null where the first segment is the head's CPU: its need then includes this. To be reserved like a segment. */
  host: hostShareSchema.nullable(),
  segments: boundedList(segmentSchema),
  excluded: boundedList(exclusionSchema),
  /** Needs of all segments and of `host`. */
  totalBytes: byteSum
})
export type Plan = DeepReadonly<z.output<typeof planSchema>>

/** What would make a model fit that fits nowhere. */
const shortfallSchema = z.object({
  neededBytes: byteSum,
  availableBytes: byteSum,
  missingBytes: byteSum,
  /** Sentences, best first: a smaller context that fits, more lending, a smaller quantisation. */
  remedies: boundedList(boundedText),
  excluded: boundedList(exclusionSchema)
})
export type Shortfall = DeepReadonly<z.output<typeof shortfallSchema>>

export const planResultSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), plan: planSchema }),
  z.object({ ok: z.literal(false), shortfall: shortfallSchema })
])
export type PlanResult = DeepReadonly<z.output<typeof planResultSchema>>
