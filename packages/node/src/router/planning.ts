import { chooseContextSize } from '@unhosted/core/config'
import type { Inventory } from '@unhosted/core/inventory'
import { type Plan, type PlanPeer, type PlanResult, planModel, withUnloaded } from '@unhosted/core/planner'
import type { StoredModel } from '../models/types.ts'
import { microBatchTokens, type Purpose } from './purpose.ts'

export interface PlanningOptions {
  /** This machine as it is now. */
  readonly inventory: (signal: AbortSignal) => Promise<Inventory>
  /** Paired machines as they are now. */
  readonly peers: () => readonly PlanPeer[]
  /** Tokens asked for by the owner; null for the default of each model. */
  readonly contextSize: number | null
}

/** The planner, fed with the facts of this moment. */
export interface Planning {
  /** @param request.contextSize tokens; null for the owner's setting */
  plan(
    model: StoredModel,
    request: {
      readonly purpose: Purpose
      /** Peers to leave out. */
      readonly without: ReadonlySet<string>
      /** Plan as if these plans of this machine were unloaded. */
      readonly unloaded: readonly Plan[]
      readonly contextSize: number | null
      readonly signal: AbortSignal
    }
  ): Promise<PlanResult>
  /** Whether this machine holds the model without any peer. */
  fitsHere(model: StoredModel, signal: AbortSignal): Promise<boolean>
}

export function createPlanning(options: PlanningOptions): Planning {
  return {
    async plan(model, { purpose, without, unloaded, contextSize: asked, signal }) {
      const head = withUnloaded(await options.inventory(signal), unloaded)
      const contextSize = contextOf(model, asked ?? options.contextSize)
      const peers = options
        .peers()
        .filter(({ inventory }) => !without.has(inventory.peerId))
        .map((peer) => ({ ...peer, inventory: withUnloaded(peer.inventory, unloaded) }))
      const request = {
        model: model.facts,
        modelName: nameOf(model),
        contextSize,
        head,
        peers,
        microBatchTokens: microBatchTokens(purpose, contextSize)
      }
      const cautious = planModel(request)
      if (cautious.ok || !peers.some(({ recentlyLost }) => recentlyLost)) return cautious
      // Better a peer that failed a moment ago and is back than no answer at all.
      const bold = planModel({ ...request, peers: peers.map((peer) => ({ ...peer, recentlyLost: false })) })
      return bold.ok ? bold : cautious
    },
    fitsHere: async (model, signal) => fitsAlone(model, await options.inventory(signal), options.contextSize)
  }
}

/**
 * Whether a machine holds the model on its own devices, without any peer.
 * @param contextSize tokens asked for by the owner; null for the default of the model
 */
export function fitsAlone(model: StoredModel, head: Inventory, contextSize: number | null): boolean {
  const request = { model: model.facts, modelName: nameOf(model), contextSize: contextOf(model, contextSize) }
  return planModel({ ...request, head, peers: [] }).ok
}

const contextOf = (model: StoredModel, asked: number | null): number =>
  chooseContextSize(asked, model.facts.contextLength)

function nameOf(model: StoredModel): string {
  return model.names[0] ?? model.id
}
