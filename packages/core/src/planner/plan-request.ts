import type { Inventory } from '../facts/inventory/index.ts'
import type { ModelFacts } from '../facts/models/index.ts'
import type { PlanPeer } from './candidates.ts'
import {
  createEstimator,
  defaultMicroBatchTokens,
  defaultReserve,
  type Estimator,
  type ReservePolicy
} from './estimate.ts'

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
  /**
   * Tokens computed at once. Embedding and reranking need a whole input in one micro-batch, since its tokens attend to
   * each other both ways. Default 512.
   */
  readonly microBatchTokens?: number
}

export function estimatorFor(request: PlanRequest): Estimator {
  const { model, contextSize, reserve = defaultReserve, microBatchTokens = defaultMicroBatchTokens } = request
  return createEstimator(model, contextSize, reserve, microBatchTokens)
}
