import { bytes } from '../units.ts'
import type { Candidates } from './candidates.ts'
import type { Estimator } from './estimate.ts'
import type { HostShare } from './plan.ts'
import { selectLayout } from './select.ts'
import { isHeadCpu, type Part } from './split.ts'

export interface Layout {
  readonly parts: readonly Part[]
  readonly host: HostShare | null
}

/** @returns null where nothing holds the model, or the head's CPU has no room for what always stays there */
export function findLayout(candidates: Candidates, estimator: Estimator): Layout | null {
  const cpu = candidates.head.find(isHeadCpu)
  if (cpu === undefined || hostNeed(estimator, false).total > cpu.budgetBytes) return null
  const mayPipeline = hostNeed(estimator, true).total <= cpu.budgetBytes
  const parts = selectLayout(candidates, { ...estimator, mayPipeline })
  if (parts === null) return null
  const cpuHasLayers = parts.some(({ candidate }) => isHeadCpu(candidate))
  const need = hostNeed(estimator, parts.length > 1)
  return { parts, host: cpuHasLayers ? null : { deviceId: cpu.device.id, need, budgetBytes: bytes(cpu.budgetBytes) } }
}

/** What the head's CPU holds whatever the layout: embedding table, scratch, process. */
function hostNeed(estimator: Estimator, pipelined: boolean): HostShare['need'] {
  return estimator.need({ kind: 'cpu', firstLayer: 0, layerCount: 0, output: false, embedding: true, pipelined })
}
