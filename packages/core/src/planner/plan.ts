import type { Bytes } from '../units.ts'

/** Bytes that one device needs for its share of a model. */
export interface MemoryNeed {
  readonly weights: Bytes
  readonly kv: Bytes
  readonly compute: Bytes
  /** The three above and the reserve against over-commit: what to reserve, lease, and hold a budget against. */
  readonly total: Bytes
}

/** What the head's CPU holds although it has no layers: the embedding table, its scratch, the process. */
export interface HostShare {
  readonly deviceId: string
  readonly need: MemoryNeed
  readonly budgetBytes: Bytes
}

/** Consecutive layers on one device of one machine. */
export interface Segment {
  readonly peerId: string
  readonly machine: string
  readonly deviceId: string
  readonly deviceKind: 'cpu' | 'gpu'
  /** First layer, counted from 0. */
  readonly firstLayer: number
  /** Repeating layers here; the output layer is extra. */
  readonly layerCount: number
  /** Whether the output layer lives here too (always the last segment). */
  readonly output: boolean
  readonly need: MemoryNeed
  /** What this device may give to the plan. */
  readonly budgetBytes: Bytes
}

/** Why a device or a whole machine has no part in a plan. */
export interface Exclusion {
  readonly peerId: string
  readonly machine: string
  /** null when the whole machine is out. */
  readonly deviceId: string | null
  readonly reason:
    | 'not-needed'
    | 'too-small'
    | 'nothing-lent'
    | 'engine-version'
    | 'no-engine'
    | 'no-grant'
    | 'offline'
    | 'recently-lost'
    | 'slower-link'
  /** One sentence for people. */
  readonly explanation: string
}

/** An explicit layout of one model over devices. Segments are in layer order, and cover every layer once. */
export interface Plan {
  readonly modelId: string
  readonly modelName: string
  readonly contextSize: number
  readonly kind: 'solo' | 'pool'
  /** The machine that runs llama-server: the planning machine itself. */
  readonly headPeerId: string
  /** null where the first segment is the head's CPU: its need then includes this. To be reserved like a segment. */
  readonly host: HostShare | null
  readonly segments: readonly Segment[]
  readonly excluded: readonly Exclusion[]
  /** Needs of all segments and of `host`. */
  readonly totalBytes: Bytes
}

/** What would make a model fit that fits nowhere. */
export interface Shortfall {
  readonly neededBytes: Bytes
  readonly availableBytes: Bytes
  readonly missingBytes: Bytes
  /** Sentences, best first: a smaller context that fits, more lending, a smaller quantisation. */
  readonly remedies: readonly string[]
  readonly excluded: readonly Exclusion[]
}

export type PlanResult =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly shortfall: Shortfall }
