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

/** @returns null where nothing holds the model, or the head's CPU has no room for what stays there */
export function findLayout(candidates: Candidates, estimator: Estimator): Layout | null {
  const cpu = candidates.head.find(isHeadCpu)
  if (cpu === undefined) return null
  const mayHost = (pipelined: boolean): boolean => hostNeed(estimator, pipelined).total <= cpu.budgetBytes
  const parts = selectLayout(candidates, { mayHost }, estimator)
  if (parts === null) return null
  if (parts.some(({ candidate }) => isHeadCpu(candidate))) return { parts, host: null }
  const need = hostNeed(estimator, parts.length > 1)
  return { parts, host: { deviceId: cpu.device.id, need, budgetBytes: bytes(cpu.budgetBytes) } }
}

/** What the head's CPU holds where no layer is there: embedding table, scratch, process. */
function hostNeed(estimator: Estimator, pipelined: boolean): HostShare['need'] {
  return estimator.need({ kind: 'cpu', firstLayer: 0, layerCount: 0, output: false, embedding: true, pipelined })
}
