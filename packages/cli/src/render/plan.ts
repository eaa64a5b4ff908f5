import type { HostShare, Plan, Segment } from '@unhosted/core/planner'
import { formatBytes } from '@unhosted/core/units'
import { type Colours, renderBar, renderTable, safeLine } from '@unhosted/terminal'

const barCells = 20

/** A plan drawn: each device, its layers, how full it gets, and why the others are not used. */
export function renderPlan(plan: Plan, colours: Colours): string {
  const blocks = [heading(plan, colours), deviceTable(plan, colours)]
  if (plan.excluded.length > 0) {
    const lines = plan.excluded.map(({ machine, deviceId, explanation }) => {
      const place = deviceId === null ? machine : `${machine} ${deviceId}`
      return `  ${safeLine(place)}: ${safeLine(explanation)}`
    })
    blocks.push([colours.dim('Not used'), ...lines].join('\n'))
  }
  return blocks.join('\n\n')
}

function heading(plan: Plan, colours: Colours): string {
  // The head counts also where all layers are elsewhere: it keeps the embeddings and runs the model.
  const machines = new Set([plan.headPeerId, ...plan.segments.map(({ peerId }) => peerId)]).size
  const where = plan.kind === 'solo' ? 'on this machine' : `pooled over ${machines} machines`
  const name = colours.bold(safeLine(plan.modelName))
  return `${name} at ${plan.contextSize} tokens: ${where}, ${formatBytes(plan.totalBytes)} in total`
}

function deviceTable(plan: Plan, colours: Colours): string {
  const host = plan.host === null ? [] : [hostRow(plan.host, plan, colours)]
  return renderTable(
    [
      { title: 'MACHINE' },
      { title: 'DEVICE' },
      { title: 'LAYERS' },
      { title: 'NEEDS', align: 'right' },
      { title: 'OF', align: 'right' },
      { title: '' }
    ],
    [...host, ...plan.segments.map((segment) => segmentRow(segment, colours))],
    colours
  )
}

function segmentRow(segment: Segment, colours: Colours): string[] {
  const { machine, deviceId, need, budgetBytes } = segment
  return [
    safeLine(machine),
    safeLine(deviceId),
    renderLayers(segment),
    formatBytes(need.total),
    formatBytes(budgetBytes),
    memoryBar(need.total, budgetBytes, colours)
  ]
}

/** What the head's CPU holds beside the layers of others: embeddings and the engine itself. */
function hostRow({ deviceId, need, budgetBytes }: HostShare, plan: Plan, colours: Colours): string[] {
  const head = plan.segments.find((segment) => segment.peerId === plan.headPeerId)
  return [
    head === undefined ? 'this machine' : safeLine(head.machine),
    safeLine(deviceId),
    'embeddings',
    formatBytes(need.total),
    formatBytes(budgetBytes),
    memoryBar(need.total, budgetBytes, colours)
  ]
}

function memoryBar(need: number, budget: number, colours: Colours): string {
  const fraction = budget === 0 ? 1 : need / budget
  const percent = fraction > 0 && fraction < 0.01 ? '<1%' : `${Math.round(fraction * 100)}%`
  return `${colours.cyan(renderBar(fraction, barCells))} ${percent}`
}

/** `0-3`, `8-11 + output`. */
export function renderLayers({
  firstLayer,
  layerCount,
  output
}: Pick<Segment, 'firstLayer' | 'layerCount' | 'output'>): string {
  const last = firstLayer + layerCount - 1
  const layers = layerCount === 0 ? [] : [layerCount === 1 ? `${firstLayer}` : `${firstLayer}-${last}`]
  return [...layers, ...(output ? ['output'] : [])].join(' + ')
}
