import { bytes } from '../units.ts'
import { findCandidates } from './candidates.ts'
import { explainUnused } from './exclusions.ts'
import { findLayout } from './layout.ts'
import type { Exclusion, Plan, PlanResult, Segment } from './plan.ts'
import type { PlanRequest } from './plan-request.ts'
import { estimatorFor } from './plan-request.ts'
import { findShortfall } from './shortfall.ts'
import type { Part } from './split.ts'

/**
 * Decide which devices hold which layers. Pure: equal facts in any order of peers give an equal plan.
 * @returns a plan, or what is missing and what would make the model fit
 */
export function planModel(request: PlanRequest): PlanResult {
  const { model, modelName, contextSize, head, peers } = request
  const estimator = estimatorFor(request)
  const candidates = findCandidates(head, peers)
  const layout = findLayout(candidates, estimator)
  if (layout === null) return { ok: false, shortfall: findShortfall(request, candidates, estimator) }
  const { parts, host } = layout
  const segments = parts.map(toSegment)
  const plan: Plan = {
    modelId: model.id,
    modelName,
    contextSize,
    kind: segments.every(({ peerId }) => peerId === head.peerId) ? 'solo' : 'pool',
    headPeerId: head.peerId,
    host,
    segments,
    excluded: gatherExclusions(candidates.excluded, explainUnused(candidates, parts, estimator)),
    totalBytes: bytes(segments.reduce((total, { need }) => total + need.total, host?.need.total ?? 0))
  }
  return { ok: true, plan }
}

/** One reason for each device: that of its whole machine where there is one. */
function gatherExclusions(refused: readonly Exclusion[], unused: readonly Exclusion[]): readonly Exclusion[] {
  const whole = new Set(unused.filter(({ deviceId }) => deviceId === null).map(({ peerId }) => peerId))
  return [...refused.filter(({ peerId }) => !whole.has(peerId)), ...unused]
}

function toSegment({ candidate, firstLayer, layerCount, output, need }: Part): Segment {
  return {
    peerId: candidate.machine.peerId,
    machine: candidate.machine.name,
    deviceId: candidate.device.id,
    deviceKind: candidate.device.kind,
    firstLayer,
    layerCount,
    output,
    need,
    budgetBytes: bytes(candidate.budgetBytes)
  }
}
