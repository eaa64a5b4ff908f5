import type { Inventory } from '../inventory/schema.ts'
import type { ModelFacts } from '../models/facts.ts'
import type { PlanPeer } from './candidates.ts'
import type { ReservePolicy } from './estimate.ts'

/** All that a plan depends on. */
export interface PlanRequest {
  readonly model: ModelFacts
  /** Name the model was asked for by. */
  readonly modelName: string
  /** Tokens. */
  readonly contextSize: number
  /** The planning machine; it runs llama-server. */
  readonly head: Inventory
  /** Every paired machine, reachable or not. */
  readonly peers: readonly PlanPeer[]
  readonly reserve?: ReservePolicy
}
