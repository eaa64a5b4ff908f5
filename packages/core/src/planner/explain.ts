import { formatBytes } from '../units.ts'
import type { Exclusion, Plan, PlanResult, Segment, Shortfall } from './plan.ts'

/** Cells of a memory bar. */
const barWidth = 24

/** A plan, or why there is none, as lines of plain text for a terminal. */
export function explainPlan(modelName: string, result: PlanResult): string {
  return (result.ok ? planLines(result.plan) : shortfallLines(modelName, result.shortfall)).join('\n')
}

function planLines(plan: Plan): readonly string[] {
  const machines = new Set(plan.segments.map(({ peerId }) => peerId)).size
  const where = plan.kind === 'solo' ? 'on this machine' : `pooled over ${count(machines, 'machine')}`
  return [
    `${plan.modelName} ${where}, context ${plan.contextSize} tokens, ${formatBytes(plan.totalBytes)} in all`,
    '',
    ...table([...hostRow(plan), ...plan.segments.map(segmentRow)]),
    ...exclusionLines(plan.excluded)
  ]
}

type Row = readonly string[]

function hostRow({ host, segments, headPeerId }: Plan): readonly Row[] {
  if (host === null) return []
  const name = segments.find(({ peerId }) => peerId === headPeerId)?.machine ?? 'this machine'
  return [[name, host.deviceId, 'embedding table', ...memory(host.need.total, host.budgetBytes)]]
}

function segmentRow({ machine, deviceId, need, budgetBytes, ...layers }: Segment): Row {
  return [machine, deviceId, layerRange(layers), ...memory(need.total, budgetBytes)]
}

function layerRange({ firstLayer, layerCount, output }: Pick<Segment, 'firstLayer' | 'layerCount' | 'output'>): string {
  const last = firstLayer + layerCount - 1
  const range = layerCount === 1 ? `layer ${firstLayer}` : `layers ${firstLayer}-${last}`
  return output ? `${range} + output` : range
}

function memory(used: number, budget: number): Row {
  return [memoryBar(used, budget), `${formatBytes(used)} of ${formatBytes(budget)}`]
}

/** `[########----------------]`: used of budget, at least one cell where anything is used. */
export function memoryBar(used: number, budget: number): string {
  const share = budget === 0 ? 1 : Math.min(1, used / budget)
  const full = used === 0 ? 0 : Math.max(1, Math.round(share * barWidth))
  return `[${'#'.repeat(full)}${'-'.repeat(barWidth - full)}]`
}

function table(rows: readonly Row[]): readonly string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, length(cell))
    })
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - length(cell)))
      .join('  ')
      .trimEnd()
  )
}

/** Characters, not UTF-16 units. */
function length(text: string): number {
  return [...text].length
}

function exclusionLines(excluded: readonly Exclusion[]): readonly string[] {
  if (excluded.length === 0) return []
  return ['', 'Not used:', ...excluded.map(({ explanation }) => `  ${explanation}`)]
}

function shortfallLines(modelName: string, shortfall: Shortfall): readonly string[] {
  const { neededBytes, availableBytes, missingBytes, remedies, excluded } = shortfall
  const [needed, available, missing] = [neededBytes, availableBytes, missingBytes].map(formatBytes)
  return [
    `${modelName} fits nowhere: it needs ${needed}, ${available} may be used, ${missing} is missing.`,
    ...(remedies.length === 0 ? [] : ['', 'What would make it fit:', ...remedies.map((remedy) => `  ${remedy}`)]),
    ...exclusionLines(excluded)
  ]
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`
}
