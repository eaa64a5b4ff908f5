import type { Plan } from './plan.ts'

/**
 * A plan in one line for an HTTP header or a log: `solo laptop:CPU[0-11]`, `pool laptop:CPU[0-3] mini:Metal[4-11]`.
 * ASCII without control characters, whatever a peer calls itself.
 */
export function describePlan(plan: Plan): string {
  const places = plan.segments.map(({ machine, deviceId, firstLayer, layerCount }) => {
    const last = firstLayer + layerCount - 1
    return `${headerName(machine)}:${deviceId}[${firstLayer === last ? last : `${firstLayer}-${last}`}]`
  })
  return [plan.kind, ...places].join(' ')
}

function headerName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '')
  return safe === '' ? 'unnamed' : safe.slice(0, 64)
}
