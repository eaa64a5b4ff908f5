import type { HealthWarning } from '@unhosted/core/control'
import type { Device, Link } from '@unhosted/core/inventory'
import { formatBytes } from '@unhosted/core/units'
import { type Colours, safeLine } from '@unhosted/terminal'

/** `0.4 ms, 980 MB/s`. */
export function renderLink(link: Link | null): string {
  if (link === null) return '-'
  const parts = [`${link.roundTripMs < 10 ? link.roundTripMs.toFixed(1) : Math.round(link.roundTripMs)} ms`]
  if (link.bytesPerSecond !== null) parts.push(renderRate(link.bytesPerSecond))
  if (!link.direct) parts.push('relayed')
  return parts.join(', ')
}

/** Networks are spoken of in decimal megabytes. */
export function renderRate(bytesPerSecond: number): string {
  const megabytes = bytesPerSecond / 1e6
  return `${megabytes < 10 ? megabytes.toFixed(1) : Math.round(megabytes)} MB/s`
}

/** `CPU`, `2x CUDA`, `CPU + Metal`. */
export function renderDevices(devices: readonly Device[]): string {
  const counts = new Map<string, number>()
  for (const { id } of devices) {
    const kind = id.replace(/\d+$/, '')
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  const parts = [...counts].map(([kind, count]) => (count === 1 ? kind : `${count}x ${kind}`))
  return parts.length === 0 ? '-' : safeLine(parts.join(' + '))
}

/** Memory that we may have of a machine's devices, in all. */
export function renderLendable(devices: readonly Device[]): string {
  if (devices.length === 0) return '-'
  return formatBytes(devices.reduce((sum, device) => sum + device.lendableBytes, 0))
}

/** Last characters of an id: enough to tell machines apart, and what `peers` and `unpair` take. */
export function shortId(peerId: string): string {
  return safeLine(peerId.slice(-8))
}

/** `5 s`, `3 min`, `2 h 10 min`, `4 d`. */
export function renderAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`
}

/** Warnings with their advice, most severe first. */
export function renderWarnings(warnings: readonly HealthWarning[], colours: Colours): string {
  const order = { error: 0, warning: 1, info: 2 } as const
  const marks = { error: colours.red('error:'), warning: colours.yellow('warning:'), info: colours.cyan('note:') }
  return [...warnings]
    .sort((a, b) => order[a.severity] - order[b.severity])
    .map(({ severity, text, advice }) => `${marks[severity]} ${safeLine(text)}\n  ${safeLine(advice)}`)
    .join('\n')
}
