import type { InstanceView } from '@unhosted/core/control'
import type { Segment } from '@unhosted/core/planner'
import { type Colours, safeLine } from '@unhosted/terminal'

/** `tiny  ready  laptop:CPU[0-3] mini:CPU[4-7]  1 request`. */
export function renderInstance(instance: InstanceView, colours: Colours): string {
  const states = {
    loading: colours.yellow('loading'),
    ready: colours.green('ready'),
    stopping: colours.dim('stopping')
  }
  const parts = [
    colours.bold(safeLine(instance.modelName)),
    states[instance.state],
    instance.plan.segments.map(renderSegment).join(' ')
  ]
  if (instance.activeRequests > 0) {
    parts.push(`${instance.activeRequests} ${instance.activeRequests === 1 ? 'request' : 'requests'}`)
  }
  return parts.join('  ')
}

/** `mini:CPU[4-7]`. */
export function renderSegment(segment: Segment): string {
  return `${safeLine(segment.machine)}:${safeLine(segment.deviceId)}${renderLayers(segment)}`
}

function renderLayers({ firstLayer, layerCount }: Segment): string {
  if (layerCount === 0) return '[output]'
  return layerCount === 1 ? `[${firstLayer}]` : `[${firstLayer}-${firstLayer + layerCount - 1}]`
}
